# A node is one set of namespaces (network, mount, process, host name, IPC, cgroup). Its first process is node/init.sh;
# when that is killed the kernel ends everything in it, as a power failure would.

CGROUP_CONTROLLERS=(cpu cpuacct cpuset memory devices freezer blkio pids systemd)

start_node() {
  local node=$1 controller group
  recorded_pid "$node" >/dev/null && return
  register_node "$node"
  lay_out_node "$node"
  for controller in "${CGROUP_CONTROLLERS[@]}"; do
    group=/sys/fs/cgroup/$controller/npe2e/$node
    mkdir -p "$group"
    [[ $controller != cpuset ]] || enable_cpuset "$group"
  done
  start "$node" "$HERE/node/enter.sh" "$HERE/node/init.sh" "$node" "$(netns_of "$node")" "$(node_dir "$node")" \
    "${CGROUP_CONTROLLERS[@]}"
}

# A new cpuset group is empty, and nothing can run in it (cpuset(7)).
enable_cpuset() {
  local group file
  for group in "${1%/*}" "$1"; do
    for file in cpuset.cpus cpuset.mems; do cat /sys/fs/cgroup/cpuset/$file >"$group/$file"; done
    echo 1 >"$group/cgroup.clone_children"
  done
}

# The Node object comes first, so that its pod range is ours to choose and not the controller manager's.
register_node() {
  kubectl get node "$1" >/dev/null 2>&1 || kubectl create -f - >/dev/null <<YAML
apiVersion: v1
kind: Node
metadata: {name: $1}
spec: {podCIDR: $(node_pod_cidr "$1"), podCIDRs: [$(node_pod_cidr "$1")]}
YAML
}

# The node's own root file system, as far as it is not /usr of the machine.
lay_out_node() {
  local node=$1 root file
  root=$(node_dir "$node")/root
  mkdir -p "$root"/{dev,proc,sys,run,tmp,usr,opt/cni/bin,var/{lib,log,tmp},etc/{cni/net.d,containerd,kubernetes/pki}} \
    "$(node_dir "$node")"/usr/{upper,work}
  for file in bin sbin lib lib64; do ln -sfn usr/$file "$root/$file"; done
  ln -sfn ../run "$root/var/run"
  cp -a /etc/{alternatives,ld.so.cache,passwd,group,protocols,services,nsswitch.conf,os-release} "$root/etc/"
  printf '127.0.0.1 localhost\n%s %s\n' "$(node_address "$node")" "$node" >"$root/etc/hosts"
  : >"$root/etc/resolv.conf"
  echo -n "$node" | md5sum | cut -c1-32 >"$root/etc/machine-id"
  cp /usr/lib/cni/{loopback,host-local,bridge,portmap} "$root/opt/cni/bin/"
  cp "$BIN/kubelet" "$root/opt/kubelet"
  give_images "$root/var/lib/containerd"
  cp "$PKI/ca.crt" "$PKI/$node-serving".{crt,key} "$root/etc/kubernetes/pki/"
  cp "$PKI/$node.conf" "$root/etc/kubernetes/kubelet.conf"
  fill "$HERE/node/kubelet.yaml" "$node" >"$root/etc/kubernetes/kubelet.yaml"
  fill "$HERE/node/containerd.toml" "$node" >"$root/etc/containerd/config.toml"
  [[ $CNI == cilium ]] || fill "$HERE/node/bridge.conflist" "$node" >"$root/etc/cni/net.d/10-bridge.conflist"
}

# fill FILE NODE: writes the file with its @WORDS@ replaced.
fill() {
  sed "s|@NODE@|$2|g; s|@ADDRESS@|$(node_address "$2")|g; s|@POD_CIDR@|$(node_pod_cidr "$2")|g
    s|@DNS_SERVICE@|$DNS_SERVICE|g; s|@PAUSE@|registry.k8s.io/pause:$PAUSE_VERSION|g" "$1"
}

# in_node NODE COMMAND...: runs a command inside a node.
in_node() {
  local init
  if ! init=$(recorded_pid "$1") || ! init=$(pgrep -P "$init"); then
    log "$1 is not running"
    return 1
  fi
  shift
  nsenter -t "$init" -m -u -i -n -p -C -r -w "$@"
}

# What a power failure leaves is the disk: no process, no cgroup, no network configuration.
kill_node() {
  stop "$1" KILL
  remove_cgroups "npe2e/$1"
  detach "$1"
}

# remove_cgroups GROUP: in every hierarchy, with all below it.
remove_cgroups() {
  local controller tries
  for ((tries = 0; tries < 100; tries++)); do # a group goes only after the last process in it has
    for controller in "${CGROUP_CONTROLLERS[@]}"; do
      find "/sys/fs/cgroup/$controller/$1" -depth -type d -exec rmdir {} + 2>/dev/null
    done
    compgen -G "/sys/fs/cgroup/*/$1" >/dev/null || return 0
    sleep 0.1
  done
  log "cgroups are left over: $(compgen -G "/sys/fs/cgroup/*/$1")"
}
