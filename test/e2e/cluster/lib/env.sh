# Names, addresses and paths. Everything that touches the machine carries the prefix npe2e.
# The tests rely on: two nodes node-1 and node-2, pods in 10.244.0.0/16, Services in 10.96.0.0/16, cluster DNS at
# 10.96.0.10, a host outside the cluster at 203.0.113.10 (external.test, www.example.com), a metadata service.

KUBERNETES_VERSION=v1.35.4
COREDNS_VERSION=v1.14.7
CILIUM_VERSION=v1.15.19
KUBE_ROUTER_VERSION=v2.9.0
AGNHOST_VERSION=2.59
PAUSE_VERSION=3.10.1
BUSYBOX_VERSION=1.35.0

BRIDGE=npe2e0
API_ADDRESS=172.30.0.1
API_PORT=6443
GATEWAY_ADDRESS=172.30.0.254
EXTERNAL_ADDRESS=203.0.113.10 # TEST-NET-3 of RFC 5737: no real host has it
METADATA_ADDRESS=169.254.169.254 # where clouds have theirs
POD_CIDR=10.244.0.0/16
SERVICE_CIDR=10.96.0.0/16
KUBERNETES_SERVICE=10.96.0.1
DNS_SERVICE=10.96.0.10
NODES=(node-1 node-2)

node_number() { echo "${1#node-}"; }
node_address() { echo "172.30.0.1$(node_number "$1")"; }
node_pod_cidr() { echo "10.244.$(node_number "$1").0/24"; }
node_dir() { echo "$RUN/nodes/$1"; }
netns_of() { echo "npe2e-$1"; }

CACHE=${NETPROOF_E2E_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/netproof-e2e}
BIN=$CACHE/bin # programs built from the Go modules beside this folder
RUN=$CACHE/run # everything of the cluster that is up; `down` deletes it
PKI=$RUN/pki
LOGS=$RUN/log
WHERE_LOGS_ARE="logs are in $LOGS and $RUN/nodes/*/root/var/log"
KUBECONFIG_FILE=$RUN/kubeconfig

# cilium: drops what policies deny; kube-router: rejects it, on the bridge plugin; bridge: takes policies and ignores
# them. A cluster that is up has made its choice.
CNI=$(cat "$RUN/cni" 2>/dev/null || echo "${NETPROOF_E2E_CNI:-cilium}")
IMAGES=$CACHE/images/$CNI # image archives

export PATH=$BIN:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH
export KUBECONFIG=$KUBECONFIG_FILE
