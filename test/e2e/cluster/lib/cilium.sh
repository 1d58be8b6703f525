# Cilium's own faults.

cilium_policy_off() { set_enforcement never; }
cilium_policy_on() { set_enforcement default; }

# As an administrator would do it: the ConfigMap, then new agents.
set_enforcement() {
  kubectl -n kube-system patch configmap cilium-config -p "{\"data\":{\"enable-policy\":\"$1\"}}" >&2
  kubectl -n kube-system rollout restart ds/cilium >&2
  kubectl -n kube-system rollout status ds/cilium --timeout=120s >&2
}

# A running agent takes the setting for itself only; nothing in the API tells.
cilium_stop_enforcer() { in_agent "$1" cilium-dbg config PolicyEnforcement=never >&2; }
cilium_start_enforcer() { in_agent "$1" cilium-dbg config PolicyEnforcement=default >&2; }

in_agent() {
  local node=$1 pod
  shift
  pod=$(agent_on "$node")
  [[ -n $pod ]] || die "no Cilium agent on $node"
  kubectl -n kube-system exec "$pod" -c cilium-agent -- "$@"
}
