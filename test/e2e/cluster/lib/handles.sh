# Faults on demand, for tests.

policy_off() { set_enforcement never; }
policy_on() { set_enforcement default; }

# As an administrator would do it: the ConfigMap, then new agents.
set_enforcement() {
  kubectl -n kube-system patch configmap cilium-config -p "{\"data\":{\"enable-policy\":\"$1\"}}" >&2
  kubectl -n kube-system rollout restart ds/cilium >&2
  kubectl -n kube-system rollout status ds/cilium --timeout=120s >&2
}

# A running agent takes the setting for itself only; nothing in the API tells.
node_stop_enforcer() { in_agent "$1" cilium-dbg config PolicyEnforcement=never >&2; }
node_start_enforcer() { in_agent "$1" cilium-dbg config PolicyEnforcement=default >&2; }

in_agent() {
  local node=$1 pod
  shift
  pod=$(kubectl -n kube-system get pod -l k8s-app=cilium --field-selector "spec.nodeName=$node" -o name)
  [[ -n $pod ]] || die "no Cilium agent on $node"
  kubectl -n kube-system exec "$pod" -c cilium-agent -- "$@"
}

# The DaemonSet keeps off nodes with this label (cilium/values.yaml).
node_stop_agent() { kubectl label node "$1" netproof.test/no-agent=true >&2; }
node_start_agent() { kubectl label node "$1" netproof.test/no-agent- >&2; }

node_kill() { kill_node "$1"; }
node_start() {
  make_network
  start_node "$1"
}

stop_apiserver() { stop kube-apiserver KILL; }
restart_apiserver() {
  stop_apiserver
  sleep "${1:-0}"
  start_apiserver
}
