# The machine's side of the network: a bridge, one network namespace per node, and one that plays the world outside.
#
#   node-1 172.30.0.11 ─┐
#   node-2 172.30.0.12 ─┼─ npe2e0 (172.30.0.1, the API server)
#   outside 172.30.0.254┘   203.0.113.10, everything else unreachable
#
# The nodes' default route ends in `outside`, which has no way on: nothing leaves the machine.

make_network() {
  local node
  ip link show $BRIDGE >/dev/null 2>&1 || {
    ip link add $BRIDGE type bridge
    ip addr add $API_ADDRESS/24 dev $BRIDGE
    ip link set $BRIDGE up
    # The API server asks pods for `kubectl proxy` and webhooks; what has no route here would leave the machine.
    for node in "${NODES[@]}"; do ip route add "$(node_pod_cidr "$node")" via "$(node_address "$node")"; done
    ip route add unreachable $POD_CIDR
    ip route add unreachable $SERVICE_CIDR
  }
  for node in "${NODES[@]}"; do
    attach "$node" "$(node_address "$node")" || continue
    ip -n "$(netns_of "$node")" route add default via $GATEWAY_ADDRESS
    [[ $CNI == cilium ]] || route_pods "$node"
  done
  attach outside $GATEWAY_ADDRESS && {
    ip -n npe2e-outside addr add $EXTERNAL_ADDRESS/32 dev lo
    ip -n npe2e-outside addr add $METADATA_ADDRESS/32 dev lo
    # A UDP server that listens on every address answers from the one that the route names.
    ip -n npe2e-outside route replace 172.30.0.0/24 dev eth0 src $EXTERNAL_ADDRESS
    ip -n npe2e-outside route add unreachable default
    # Every packet for anywhere else is answered. The route alone does that about once a second (error_cost in
    # net/ipv4/route.c), and so would a router; a test wants the same answer every time.
    ip netns exec npe2e-outside sysctl -qw net.ipv4.icmp_ratelimit=0
    ip netns exec npe2e-outside nft "table ip outside { chain in { type filter hook prerouting priority 0;
      iif lo accept; ip daddr { 172.30.0.0/24, $EXTERNAL_ADDRESS, $METADATA_ADDRESS } accept; reject with icmp host-unreachable; }; }"
  }
  serve_outside external 8080 8081
  serve_outside external-80 80 8082
  serve_outside external-443 443 8083
}

# serve_outside NAME HTTP-PORT UDP-PORT
serve_outside() { start "$1" ip netns exec npe2e-outside "$BIN/agnhost" netexec --http-port="$2" --udp-port="$3"; }

# What Cilium does by itself: routes to the other nodes' pods, and the node's address for what leaves the cluster.
route_pods() {
  local other ns
  ns=$(netns_of "$1")
  for other in "${NODES[@]}"; do
    [[ $other == "$1" ]] || ip -n "$ns" route add "$(node_pod_cidr "$other")" via "$(node_address "$other")"
  done
  ip netns exec "$ns" iptables -t nat -A POSTROUTING -s "$(node_pod_cidr "$1")" ! -d $POD_CIDR -j MASQUERADE
}

# attach NAME ADDRESS: makes the namespace and its link to the bridge; fails if it was there.
attach() {
  local ns
  ns=$(netns_of "$1")
  [[ ! -e /run/netns/$ns ]] || return 1
  ip netns add "$ns"
  ip link add "$ns" type veth peer name eth0 netns "$ns"
  ip link set "$ns" master $BRIDGE up
  ip -n "$ns" addr add "$2/24" dev eth0
  ip -n "$ns" link set lo up
  ip -n "$ns" link set eth0 up
}

# The machine's end of the link first: the kernel takes a namespace apart only some time after it was deleted.
detach() {
  ip link del "$(netns_of "$1")" 2>/dev/null
  ip netns del "$(netns_of "$1")" 2>/dev/null
}

remove_network() {
  local name
  for name in "${NODES[@]}" outside; do detach "$name"; done
  ip link del $BRIDGE 2>/dev/null
  ip route del unreachable $POD_CIDR 2>/dev/null
  ip route del unreachable $SERVICE_CIDR 2>/dev/null
  return 0
}
