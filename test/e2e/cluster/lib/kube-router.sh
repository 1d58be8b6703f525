# kube-router's own faults.

# As on a cluster that has it for routing alone. With nothing to run it would end, so it routes as far as its peers are
# concerned; routes, addresses and tunnels stay as they are.
kube_router_policy_off() {
  kube_router_args --run-firewall=false --run-router=true --enable-cni=false --enable-overlay=false \
    --enable-pod-egress=false --enable-ibgp=false --gobgp-admin-port=0
  # It leaves its rules where they are, as k3s does (k3s issue 7244).
  local node
  for node in "${NODES[@]}"; do clear_rules "$node"; done
}

kube_router_policy_on() { kube_router_args --run-firewall=true --run-router=false; }

# kube_router_args ARG...: in the place of those that come before its --service-cluster-ip-range.
kube_router_args() {
  kubectl -n kube-system get ds kube-router -o json | python3 -c '
import json, sys
daemon_set = json.load(sys.stdin)
container = daemon_set["spec"]["template"]["spec"]["containers"][0]
container["args"] = sys.argv[1:] + ["--run-service-proxy=false"] + [
    arg for arg in container["args"] if arg.startswith(("--service-cluster-ip-range", "--hostname-override"))]
json.dump(daemon_set, sys.stdout)' "$@" | kubectl apply -f - >&2
  kubectl -n kube-system rollout status ds/kube-router --timeout=120s >&2
}

# A process that hangs, and rules that somebody has cleared: the API shows no difference.
kube_router_stop_enforcer() {
  local pid
  in_node "$1" pkill -STOP -x kube-router
  pid=$(in_node "$1" pgrep -x kube-router)
  # An iptables-restore that it had begun goes on while it stands still itself.
  in_node "$1" pkill -KILL -P "$pid" || true
  wait_until 10 "the end of what kube-router had begun on $1" has_no_children "$1" "$pid"
  clear_rules "$1"
}

kube_router_start_enforcer() {
  in_node "$1" pkill -CONT -x kube-router
  kubectl -n kube-system delete "$(agent_on "$1")" >&2
  kubectl -n kube-system rollout status ds/kube-router --timeout=120s >&2
  wait_until 30 "kube-router's rules on $1" has_rules "$1"
}

# But dead ones, which it can't take note of.
has_no_children() { ! in_node "$1" pgrep --runstates D,R,S -P "$2" >/dev/null; }

clear_rules() {
  local chain
  for chain in INPUT FORWARD OUTPUT; do in_node "$1" iptables -F "KUBE-ROUTER-$chain"; done
}

# Of pods, beside the one that accepts what complies.
has_rules() { in_node "$1" iptables -S KUBE-ROUTER-FORWARD | grep -q KUBE-POD-FW; }
