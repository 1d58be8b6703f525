# What runs inside the cluster: kube-proxy, the network plugin, cluster DNS.

install_addons() {
  fill_addon "$HERE/manifests/kube-proxy.yaml" | kubectl apply -f - >/dev/null || die "kube-proxy was refused"
  fill_addon "$HERE/manifests/coredns.yaml" | kubectl apply -f - >/dev/null || die "CoreDNS was refused"
  case $CNI in
    cilium) install_cilium ;;
    kube-router) install_kube_router ;;
  esac
}

install_cilium() {
  local chart
  chart=$(module_dir cilium github.com/cilium/cilium)/install/kubernetes/cilium
  fill_addon "$HERE/cilium/values.yaml" >"$RUN/cilium-values.yaml"
  helm template cilium "$chart" --namespace kube-system --kube-version "$KUBERNETES_VERSION" \
    --values "$RUN/cilium-values.yaml" >"$RUN/cilium.yaml" || die "Cilium's chart was not rendered"
  kubectl apply --server-side -f "$RUN/cilium.yaml" >/dev/null || die "Cilium was refused"
}

install_kube_router() {
  fill_addon "$HERE/manifests/kube-router.yaml" | kubectl apply -f - >/dev/null || die "kube-router was refused"
}

wait_for_addons() {
  local what
  log "waiting for the nodes"
  kubectl wait --for=condition=Ready nodes --all --timeout=180s >/dev/null || die "the nodes are not ready; $WHERE_LOGS_ARE"
  for what in ds/kube-proxy $([[ $CNI == bridge ]] || echo "ds/$CNI") deploy/coredns; do
    log "waiting for $what"
    kubectl -n kube-system rollout status "$what" --timeout=180s >/dev/null || die "$what is not ready; $WHERE_LOGS_ARE"
  done
}

fill_addon() {
  sed "s|@KUBERNETES_VERSION@|$KUBERNETES_VERSION|g; s|@COREDNS_VERSION@|$COREDNS_VERSION|g
    s|@CILIUM_VERSION@|$CILIUM_VERSION|g; s|@API_ADDRESS@|$API_ADDRESS|g; s|@API_PORT@|$API_PORT|g
    s|@KUBE_ROUTER_VERSION@|$KUBE_ROUTER_VERSION|g; s|@SERVICE_CIDR@|$SERVICE_CIDR|g
    s|@POD_CIDR@|$POD_CIDR|g; s|@DNS_SERVICE@|$DNS_SERVICE|g; s|@EXTERNAL_ADDRESS@|$EXTERNAL_ADDRESS|g" "$1"
}
