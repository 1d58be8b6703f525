# Makes the images under the names that a cluster with registries would pull, so that manifests need no change.

make_images() {
  local key source= wanted=(
    "pause=registry.k8s.io/pause:$PAUSE_VERSION"
    # The machine's own Node.js. netproof's probe pods run on it.
    "node=docker.io/library/node:20-slim,localhost/netproof/node:e2e"
    "busybox=docker.io/library/busybox:$BUSYBOX_VERSION"
    "agnhost=registry.k8s.io/e2e-test-images/agnhost:$AGNHOST_VERSION"
    "coredns=registry.k8s.io/coredns/coredns:$COREDNS_VERSION"
    "kube-proxy=registry.k8s.io/kube-proxy:$KUBERNETES_VERSION"
  )
  if [[ $CNI == cilium ]]; then
    source=$(module_dir cilium github.com/cilium/cilium) || die "no source of Cilium"
    wanted+=("source=$source" "cilium=quay.io/cilium/cilium:$CILIUM_VERSION"
      "operator=quay.io/cilium/operator-generic:$CILIUM_VERSION")
  fi
  key=$({ echo "${wanted[*]}"; cat "$BIN"/.built-* "$HERE"/image/*.py; node --version; } | sha256sum)
  [[ $(cat "$IMAGES/.made" 2>/dev/null) != "$key" ]] || return 0
  log "making images"
  rm -rf "$IMAGES"
  mkdir -p "$IMAGES"
  python3 -B "$HERE/image/make.py" "$BIN" "$IMAGES" "${wanted[@]}" >&2 || die "the images could not be made"
  echo "$key" >"$IMAGES/.made"
}
