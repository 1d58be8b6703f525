# The machine under the cluster: what it must be, and the settings of its kernel that the cluster changes.

# Kubelet and Cilium set these, and they are the whole kernel's (kubelet: pkg/kubelet/cm/container_manager_linux.go).
KERNEL_SETTINGS=(
  vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops kernel.keys.root_maxkeys
  kernel.keys.root_maxbytes kernel.timer_migration net.core.bpf_jit_enable net.core.fb_tunnels_only_for_init_net
)

check_machine() {
  [[ $(id -u) == 0 ]] || die "this needs root: it makes namespaces and mounts"
  [[ -d /sys/fs/cgroup/memory ]] || die "no version 1 cgroup controllers in /sys/fs/cgroup: see README.md, known gaps"
  local module
  for module in br_netfilter overlay veth vxlan nf_conntrack ip_set xt_set cls_bpf sch_ingress; do
    modprobe -q $module 2>/dev/null # built in or not, what is missing shows soon
  done
  return 0
}

save_kernel_settings() {
  [[ -e $RUN/sysctl ]] && return
  mkdir -p "$RUN"
  sysctl -e "${KERNEL_SETTINGS[@]}" >"$RUN/sysctl" 2>/dev/null
  return 0
}

restore_kernel_settings() {
  [[ ! -e $RUN/sysctl ]] || sysctl -eqp "$RUN/sysctl" >/dev/null 2>&1
  return 0
}
