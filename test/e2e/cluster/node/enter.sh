#!/bin/bash
# enter.sh INIT NODE NETNS DIR CONTROLLER...: joins the node's cgroups and makes its other namespaces around INIT.
init=$1 node=$2 netns=$3 dir=$4
shift 4
for controller in "$@"; do
  echo $$ >"/sys/fs/cgroup/$controller/npe2e/$node/cgroup.procs" || exit
done
exec nsenter --net="/run/netns/$netns" \
  unshare --mount --pid --fork --kill-child=SIGKILL --uts --ipc --cgroup "$init" "$node" "$dir" "$@"
