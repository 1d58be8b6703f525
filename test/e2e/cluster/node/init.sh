#!/bin/bash
# init.sh NODE DIR CONTROLLER...: the first process of a node. Makes the node's root file system, then keeps
# containerd and kubelet running.
node=$1 dir=$2
shift 2
root=$dir/root
set -e

mount --make-rprivate /
mount --bind "$root" "$root"
# The machine's programs, with the node's own changes on top.
mount -t overlay overlay -o "lowerdir=/usr,upperdir=$dir/usr/upper,workdir=$dir/usr/work" "$root/usr"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t bpf bpf "$root/sys/fs/bpf"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
for controller in "$@"; do
  mkdir "$root/sys/fs/cgroup/$controller"
  option=$controller
  [[ $controller != systemd ]] || option=none,name=systemd
  mount -t cgroup -o "$option" cgroup "$root/sys/fs/cgroup/$controller"
done
mkdir -p "$root/run/cilium/cgroupv2" # where Cilium's chart looks for the unified hierarchy
mount -t cgroup2 cgroup2 "$root/run/cilium/cgroupv2"

mkdir -p "$root/oldroot" "$root/usr/lib/modules"
cd "$root"
pivot_root . oldroot
umount -l /oldroot
rmdir /oldroot
mount --make-rshared / # containers may hand mounts on, as on a node with systemd
hostname "$node"
set +e

sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
# Without this, traffic between pods on one bridge is not seen by kube-proxy's rules.
sysctl -qw net.bridge.bridge-nf-call-iptables=1

keep_running() {
  local name=$1
  shift
  while :; do
    echo "$(date +%T) starting $name"
    "$@" >>"/var/log/$name.log" 2>&1 </dev/null
    echo "$(date +%T) $name ended with $?"
    sleep 1
  done
}

keep_running containerd containerd &
until ctr version >/dev/null 2>&1; do sleep 0.1; done
keep_running kubelet /opt/kubelet --config=/etc/kubernetes/kubelet.yaml --kubeconfig=/etc/kubernetes/kubelet.conf \
  --hostname-override="$node" --node-ip="$(hostname -I | cut -d' ' -f1)" --v=2 &
while :; do wait; sleep 1; done
