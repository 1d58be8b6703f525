# What the machine itself provides, from Debian 12.

# A command and the package that has it.
PACKAGES=(
  containerd:containerd
  runc:runc
  /usr/lib/cni/loopback:containernetworking-plugins
  conntrack:conntrack
  busybox:busybox
  bpftool:bpftool
  # Cilium compiles its programs on the node. 1.15 is built and tested with LLVM 17; Debian has 16 and 19.
  clang-16:clang-16
  llc-16:llvm-16
  iptables:iptables
  ipset:ipset
  nft:nftables
  ip:iproute2
  nsenter:util-linux
  openssl:openssl
  python3:python3
)

install_packages() {
  local entry missing=()
  for entry in "${PACKAGES[@]}"; do
    command -v "${entry%%:*}" >/dev/null || missing+=("${entry#*:}")
  done
  ((${#missing[@]})) || return 0
  log "installing ${missing[*]}"
  without_services apt-get update -q >&2
  without_services apt-get install -qy --no-install-recommends "${missing[@]}" >&2 || die "apt-get failed"
}

# containerd's package starts a service where an init system runs. invoke-rc.d and deb-systemd-invoke both ask
# /usr/sbin/policy-rc.d first, and 101 means no (invoke-rc.d(8)).
without_services() {
  local policy=/usr/sbin/policy-rc.d made=
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
    made=1
  fi
  DEBIAN_FRONTEND=noninteractive "$@"
  local result=$?
  [[ -z $made ]] || rm -f $policy
  return $result
}
