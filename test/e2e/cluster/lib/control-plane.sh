# etcd, the API server, the controller manager and the scheduler, as processes of the machine itself: what a managed
# cluster looks like from inside, where no pod of them is seen. Flags are kubeadm's (cmd/kubeadm/app/phases/controlplane).

ETCD=http://127.0.0.1:23790

start_control_plane() {
  # The data lives as long as one cluster: no need to wait for the disk.
  start etcd etcd --name=npe2e --data-dir="$RUN/etcd" --unsafe-no-fsync --log-level=warn \
    --listen-client-urls=$ETCD --advertise-client-urls=$ETCD --listen-peer-urls=http://127.0.0.1:23800 \
    --initial-advertise-peer-urls=http://127.0.0.1:23800 --initial-cluster=npe2e=http://127.0.0.1:23800
  start_apiserver
  start kube-controller-manager kube-controller-manager --kubeconfig="$PKI/controller-manager.conf" \
    --authentication-kubeconfig="$PKI/controller-manager.conf" --authorization-kubeconfig="$PKI/controller-manager.conf" \
    --service-account-private-key-file="$PKI/sa.key" --root-ca-file="$PKI/ca.crt" \
    --cluster-signing-cert-file="$PKI/ca.crt" --cluster-signing-key-file="$PKI/ca.key" \
    --client-ca-file="$PKI/ca.crt" --requestheader-client-ca-file="$PKI/front-proxy-ca.crt" \
    --use-service-account-credentials=true --controllers='*,bootstrapsigner,tokencleaner' --leader-elect=false \
    --allocate-node-cidrs=true --cluster-cidr=$POD_CIDR --service-cluster-ip-range=$SERVICE_CIDR \
    --bind-address=127.0.0.1 --cert-dir="$RUN/certs"
  start kube-scheduler kube-scheduler --kubeconfig="$PKI/scheduler.conf" --leader-elect=false \
    --authentication-kubeconfig="$PKI/scheduler.conf" --authorization-kubeconfig="$PKI/scheduler.conf" \
    --bind-address=127.0.0.1 --cert-dir="$RUN/certs"
}

# With aggregator routing it asks the pods behind a Service: there is no kube-proxy on this side.
start_apiserver() {
  start kube-apiserver kube-apiserver --advertise-address=$API_ADDRESS --bind-address=$API_ADDRESS \
    --secure-port=$API_PORT --etcd-servers=$ETCD --client-ca-file="$PKI/ca.crt" \
    --tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key" \
    --kubelet-client-certificate="$PKI/apiserver-kubelet-client.crt" \
    --kubelet-client-key="$PKI/apiserver-kubelet-client.key" --kubelet-certificate-authority="$PKI/ca.crt" \
    --kubelet-preferred-address-types=InternalIP \
    --requestheader-client-ca-file="$PKI/front-proxy-ca.crt" --requestheader-allowed-names=front-proxy-client \
    --requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group \
    --requestheader-extra-headers-prefix=X-Remote-Extra- \
    --proxy-client-cert-file="$PKI/front-proxy-client.crt" --proxy-client-key-file="$PKI/front-proxy-client.key" \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --service-account-key-file="$PKI/sa.pub" --service-account-signing-key-file="$PKI/sa.key" \
    --service-cluster-ip-range=$SERVICE_CIDR --authorization-mode=Node,RBAC \
    --enable-admission-plugins=NodeRestriction --enable-bootstrap-token-auth=true --allow-privileged=true \
    --enable-aggregator-routing=true \
    --cert-dir="$RUN/certs"
  wait_until 90 "the API server" api_ready
}

api_ready() {
  recorded_pid kube-apiserver >/dev/null || die "kube-apiserver ended: see $LOGS/kube-apiserver.log"
  kubectl get --raw /readyz
}

stop_control_plane() {
  local name
  for name in kube-scheduler kube-controller-manager kube-apiserver etcd external external-80 external-443; do stop $name KILL; done
}
