#!/bin/bash
# enter.sh INIT NODE NETNS DIR IMAGES CONTROLLER...: joins the node's cgroups and makes its other namespaces around INIT.
init=$1 node=$2 netns=$3 dir=$4 images=$5
shift 5
for controller in "$@"; do
  echo $$ >"/sys/fs/cgroup/$controller/npe2e/$node/cgroup.procs" || exit
done
exec nsenter --net="/run/netns/$netns" \
  unshare --mount --pid --fork --kill-child=SIGKILL --uts --ipc --cgroup "$init" "$node" "$dir" "$images" "$@"
