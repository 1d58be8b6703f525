# Makes the images under the names that a cluster with registries would pull, so that manifests need no change.

make_images() {
  local key source='' wanted=(
    "pause=registry.k8s.io/pause:$PAUSE_VERSION"
    # The machine's own Node.js. netproof's probe pods run on it.
    "node=docker.io/library/node:20-slim,localhost/netproof/node:e2e"
    "busybox=docker.io/library/busybox:$BUSYBOX_VERSION"
    "agnhost=registry.k8s.io/e2e-test-images/agnhost:$AGNHOST_VERSION"
    "coredns=registry.k8s.io/coredns/coredns:$COREDNS_VERSION"
    "kube-proxy=registry.k8s.io/kube-proxy:$KUBERNETES_VERSION"
  )
  [[ $CNI != kube-router ]] || wanted+=("kube-router=docker.io/cloudnativelabs/kube-router:$KUBE_ROUTER_VERSION")
  if [[ $CNI == cilium ]]; then
    source=$(module_dir cilium github.com/cilium/cilium) || die "no source of Cilium"
    wanted+=("source=$source" "cilium=quay.io/cilium/cilium:$CILIUM_VERSION"
      "operator=quay.io/cilium/operator-generic:$CILIUM_VERSION")
  fi
  key=$({ echo "${wanted[*]}"; cat "$BIN"/.built-* "$HERE"/image/*.py "$HERE/lib/images.sh"; node --version; } | sha256sum)
  [[ $(cat "$IMAGES/.made" 2>/dev/null) != "$key" ]] || return 0
  log "making images"
  rm -rf "$IMAGES"
  mkdir -p "$IMAGES"
  python3 -B "$HERE/image/make.py" "$BIN" "$IMAGES" "${wanted[@]}" >&2 || die "the images could not be made"
  unpack_images
  rm "$IMAGES"/*.tar
  echo "$key" >"$IMAGES/.made"
}

# A containerd of its own takes the archives in, once. Every node begins with links to what it wrote: two nodes would
# need half a minute to do the same again.
unpack_images() {
  local socket=$IMAGES/state/socket archive containerd
  mkdir -p "$IMAGES/state"
  printf 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n' >"$IMAGES/config.toml"
  unshare --mount containerd --config "$IMAGES/config.toml" --root "$IMAGES/containerd" --state "$IMAGES/state" \
    --address "$socket" >"$IMAGES/containerd.log" 2>&1 3>&- 9>&- &
  containerd=$!
  wait_until 30 "containerd" ctr -a "$socket" version
  for archive in "$IMAGES"/*.tar; do
    ctr -a "$socket" -n k8s.io images import "$archive" >>"$IMAGES/containerd.log" 2>&1 ||
      die "containerd did not take ${archive##*/}: see $IMAGES/containerd.log"
  done
  kill "$containerd"
  wait "$containerd"
  rm -r "$IMAGES/state"
}

# give_images FOLDER: contents and unpacked layers are never written again, so links do; the data bases are.
give_images() {
  local file
  [[ ! -e $1 ]] || return 0
  cp -al "$IMAGES/containerd" "$1" || die "no unpacked images in $IMAGES"
  find "$1" -name '*.db' | while read -r file; do
    cp "$file" "$file.own"
    mv "$file.own" "$file"
  done
}
