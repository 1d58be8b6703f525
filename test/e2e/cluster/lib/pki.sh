# Certificates and kubeconfigs, in the roles that kubeadm gives them
# (https://kubernetes.io/docs/setup/best-practices/certificates/).

make_pki() {
  [[ -e $PKI/done ]] && return
  mkdir -p "$PKI" "$LOGS"
  pushd "$PKI" >/dev/null || exit
  local node name
  {
    make_ca ca kubernetes
    make_ca front-proxy-ca front-proxy-ca
    openssl genrsa -out sa.key 2048 && openssl rsa -in sa.key -pubout -out sa.pub
    certificate apiserver /CN=kube-apiserver serverAuth "DNS:kubernetes,DNS:kubernetes.default,\
DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,IP:$API_ADDRESS,IP:$KUBERNETES_SERVICE"
    certificate apiserver-kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client clientAuth
    certificate front-proxy-client /CN=front-proxy-client clientAuth "" front-proxy-ca
    certificate admin /O=system:masters/CN=kubernetes-admin clientAuth && kubeconfig admin "$KUBECONFIG_FILE"
    for name in controller-manager scheduler; do
      certificate $name /CN=system:kube-$name clientAuth && kubeconfig $name $name.conf
    done
    for node in "${NODES[@]}"; do
      certificate "$node" "/O=system:nodes/CN=system:node:$node" clientAuth && kubeconfig "$node" "$node.conf"
      certificate "$node-serving" "/O=system:nodes/CN=system:node:$node" serverAuth "DNS:$node,IP:$(node_address "$node")"
    done
  } >"$LOGS/pki.log" 2>&1 || die "openssl failed: see $LOGS/pki.log"
  touch "$PKI/done"
  popd >/dev/null || exit
}

make_ca() {
  openssl ecparam -genkey -name prime256v1 -noout -out "$1.key" &&
    openssl req -x509 -new -key "$1.key" -days 30 -subj "/CN=$2" -out "$1.crt" \
      -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,digitalSignature
}

# certificate NAME SUBJECT USAGE [ALTERNATIVE-NAMES [CA]]
certificate() {
  local name=$1 ca=${5:-ca}
  openssl ecparam -genkey -name prime256v1 -noout -out "$name.key" &&
    openssl req -new -key "$name.key" -subj "$2" -out "$name.csr" &&
    openssl x509 -req -in "$name.csr" -CA "$ca.crt" -CAkey "$ca.key" -CAcreateserial -days 30 -out "$name.crt" \
      -extfile <(printf 'basicConstraints=CA:FALSE\nkeyUsage=digitalSignature\nextendedKeyUsage=%s\n%s\n' \
        "$3" "${4:+subjectAltName=$4}")
}

# kubeconfig USER FILE
kubeconfig() {
  local encode='base64 -w0'
  install -m 600 /dev/stdin "$2" <<YAML
apiVersion: v1
kind: Config
current-context: netproof-e2e
clusters:
  - name: netproof-e2e
    cluster: {server: 'https://$API_ADDRESS:$API_PORT', certificate-authority-data: $($encode ca.crt)}
users:
  - name: $1
    user: {client-certificate-data: $($encode "$1.crt"), client-key-data: $($encode "$1.key")}
contexts:
  - name: netproof-e2e
    context: {cluster: netproof-e2e, user: $1}
YAML
}
