# Shows that the cluster is a cluster and that its policies are enforced. Leaves nothing in it.

check() {
  kubectl create namespace npe2e-check >/dev/null || die "npe2e-check is there already"
  trap 'kubectl delete namespace npe2e-check --wait=false >/dev/null' EXIT
  kubectl apply -n npe2e-check -f "$HERE/manifests/check.yaml" >/dev/null || die "the pods were refused"
  kubectl wait -n npe2e-check --for=condition=Ready pod --all --timeout=60s >/dev/null || die "the pods are not ready"
  SERVER=$(kubectl get pod -n npe2e-check server -o 'jsonpath={.status.podIP}')

  expect "name resolves" connected client-1 server.npe2e-check.svc.cluster.local 80
  expect "service" connected client-2 server 80
  expect "API server" connected client-1 kubernetes.default 443
  expect "host outside" connected client-2 external.test 8080
  expect "no way out" EHOSTUNREACH client-1 198.51.100.1 80
  expect "open, same node" connected client-1 "$SERVER" 8080
  expect "open, other node" connected client-2 "$SERVER" 8080
  policy '{podSelector: {matchLabels: {app: server}}, policyTypes: [Ingress]}'
  expect "ingress policy, same node" "$(denied)" client-1 "$SERVER" 8080
  expect "ingress policy, other node" "$(denied)" client-2 "$SERVER" 8080
  policy '{podSelector: {matchLabels: {app: client}}, policyTypes: [Egress]}'
  expect "egress policy, same node" "$(denied)" client-1 "$SERVER" 8080
  expect "egress policy, other node" "$(denied)" client-2 "$SERVER" 8080
  policy '{podSelector: {matchLabels: {app: server}}, policyTypes: [Ingress], ingress: [{from: [{podSelector: {
    matchLabels: {app: client}}}], ports: [{port: 8080}]}]}'
  expect "allowed port" connected client-2 "$SERVER" 8080
  expect "other port" "$(closed)" client-2 "$SERVER" 8079
  # Its probes were asked all the while: what comes from the node is let through.
  [[ $(kubectl get pod -n npe2e-check server -o 'jsonpath={.status.containerStatuses[0].restartCount}') == 0 ]] ||
    die "the server was restarted: its liveness probe was blocked"
  kubectl label namespace npe2e-check pod-security.kubernetes.io/enforce=restricted >/dev/null 2>&1
  kubectl run -n npe2e-check root --image=docker.io/library/busybox:$BUSYBOX_VERSION 2>&1 | grep -q 'violates PodSecurity' ||
    die "Pod Security admission let a pod pass"
  log "every check passed"
}

# What becomes of a connection that a policy denies, to a port that is open and to one that is not.
denied() { case $CNI in cilium) echo timeout ;; kube-router) echo ECONNREFUSED ;; bridge) echo connected ;; esac; }
closed() { if [[ $CNI == cilium ]]; then echo timeout; else echo ECONNREFUSED; fi; }

policy() {
  kubectl apply -f - >/dev/null <<YAML
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: check, namespace: npe2e-check}
spec: $1
YAML
}

# expect WHAT OUTCOME POD HOST PORT: within some seconds. kube-proxy writes at most once a second, and policies take theirs.
expect() {
  local outcome deadline=$((SECONDS + 5))
  until outcome=$(connect "${@:3}") && [[ $outcome == "$2" ]]; do
    ((SECONDS < deadline)) || die "$1: expected $2, got $outcome"
    sleep 0.2
  done
  log "ok: $1: $outcome"
}

# connect POD HOST PORT: prints what becomes of it.
connect() {
  kubectl exec -n npe2e-check "$1" -- node -e '
    const [host, port] = process.argv.slice(1);
    const socket = require("net").connect({ host, port, timeout: 2000 });
    const end = (outcome) => (console.log(outcome), process.exit());
    socket.on("connect", () => end("connected")).on("timeout", () => end("timeout")).on("error", (e) => end(e.code));
  ' "$2" "$3"
}
