# Faults on demand, for tests. Those of the policy engine are in its own file.

policy_off() { engine policy_off; }
policy_on() { engine policy_on; }
node_stop_enforcer() { engine stop_enforcer "$1"; }
node_start_enforcer() { engine start_enforcer "$1"; }

engine() {
  needs_engine
  "${CNI//-/_}_$1" "${@:2}"
}

needs_engine() { [[ $CNI != bridge ]] || die "nothing enforces policies here"; }

# agent_on NODE: prints the pod of its policy engine, if there is one.
agent_on() { kubectl -n kube-system get pod -l "k8s-app=$CNI" --field-selector "spec.nodeName=$1" -o name; }

# The DaemonSet keeps off nodes with this label (cilium/values.yaml, manifests/kube-router.yaml).
node_stop_agent() {
  needs_engine
  kubectl label node "$1" netproof.test/no-agent=true >&2
  kubectl -n kube-system wait --for=delete pod -l "k8s-app=$CNI" --field-selector "spec.nodeName=$1" --timeout=60s >&2
}
node_start_agent() {
  needs_engine
  kubectl label node "$1" netproof.test/no-agent- >&2
  wait_until 60 "the agent on $1" agent_ready "$1"
}

agent_ready() {
  local pod
  pod=$(agent_on "$1")
  [[ -n $pod ]] && kubectl -n kube-system wait --for=condition=Ready "$pod" --timeout=1s
}

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
