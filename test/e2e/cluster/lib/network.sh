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
  }
  for node in "${NODES[@]}"; do
    attach "$node" "$(node_address "$node")" && ip -n "$(netns_of "$node")" route add default via $GATEWAY_ADDRESS
  done
  attach outside $GATEWAY_ADDRESS && {
    ip -n npe2e-outside addr add $EXTERNAL_ADDRESS/32 dev lo
    ip -n npe2e-outside route add unreachable default
    # Forwarding, so that a packet for anywhere else is answered with ICMP and not silently dropped.
    ip netns exec npe2e-outside sysctl -qw net.ipv4.ip_forward=1
  }
  start external ip netns exec npe2e-outside "$BIN/agnhost" netexec --http-port=8080 --udp-port=8081
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

remove_network() {
  local name
  for name in "${NODES[@]}" outside; do
    ip netns del "$(netns_of "$name")" 2>/dev/null # the other end of its link goes with it, a moment later
    ip link del "$(netns_of "$name")" 2>/dev/null
  done
  ip link del $BRIDGE 2>/dev/null
  return 0
}
