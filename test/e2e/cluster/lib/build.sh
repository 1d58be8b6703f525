# Builds the programs of each Go module folder beside this one: kubernetes, etcd, coredns, cilium, helm, image/pause.
# Their `tool` lines name the packages; go.sum pins every byte of them.

# What a package is called once built, where the last element of its path is not the name.
declare -A PROGRAM=(
  [server]=etcd [daemon]=cilium-agent [operator]=cilium-operator-generic
  [mount]=cilium-mount [sysctlfix]=cilium-sysctlfix
)

build_programs() {
  command -v go >/dev/null || die "go is needed to build the cluster (1.25 or later)"
  mkdir -p "$BIN"
  local stamp=k8s.io/component-base/version version=${KUBERNETES_VERSION#v} minor
  minor=${version#*.}
  # Without these stamps every component calls itself v0.0.0-master+$Format:%H$ (component-base/version/base.go).
  build_module kubernetes tool -ldflags "-s -w -X $stamp.gitVersion=$KUBERNETES_VERSION -X $stamp.gitTreeState=clean
    -X $stamp.gitMajor=${version%%.*} -X $stamp.gitMinor=${minor%%.*}"
  build_module etcd tool -ldflags "-s -w"
  build_module coredns tool -ldflags "-s -w"
  build_module image/pause . -ldflags "-s -w"
  case $CNI in
    cilium) build_cilium ;;
    kube-router) take_kube_router ;;
  esac
}

build_cilium() {
  # The generic operator is chosen by this tag (operator/Makefile of Cilium).
  build_module cilium tool -tags ipam_provider_operator -modfile "$CACHE/cilium.mod" \
    -ldflags "-s -w -X github.com/cilium/cilium/pkg/version.ciliumVersion=${CILIUM_VERSION#v}"
  build_module helm tool -ldflags "-s -w"
}

# Not built here: the program is given (README.md tells why). It is kept, so it need be named only once.
take_kube_router() {
  local given=${NETPROOF_E2E_KUBE_ROUTER:-$BIN/kube-router}
  [[ -x $given ]] || die "NETPROOF_E2E_KUBE_ROUTER must name a program of kube-router $KUBE_ROUTER_VERSION: see README.md"
  [[ $given -ef $BIN/kube-router ]] || cp "$given" "$BIN/kube-router"
  sha256sum <"$BIN/kube-router" >"$BIN/.built-kube-router"
}

# build_module FOLDER PACKAGE FLAG...: skipped when the folder's pins, the flags and the compiler are as they were.
build_module() {
  local folder=$1 package=$2 key mark out file name
  shift 2
  pushd "$HERE/$folder" >/dev/null || die "no folder $folder"
  key=$({ cat go.mod go.sum ./*.go ./*/*.go 2>/dev/null; echo "$* $(go env GOVERSION GOARCH)"; } | sha256sum)
  mark=$BIN/.built-${folder//\//-}
  [[ $(cat "$mark" 2>/dev/null) != "$key" ]] || { popd >/dev/null && return 0; }
  log "building $folder (minutes when the Go build cache is empty)"
  [[ $folder != cilium ]] || patch_cilium
  out=$(mktemp -d "$CACHE/build.XXXXXX")
  CGO_ENABLED=0 nice -n 10 go build -trimpath "$@" -o "$out/" "$package" >&2 || { rm -rf "$out"; die "$folder does not build"; }
  for file in "$out"/*; do
    name=${file##*/}
    mv "$file" "$BIN/${PROGRAM[$name]:-$name}"
  done
  rmdir "$out"
  echo "$key" >"$mark"
  popd >/dev/null || exit
  log "built $folder"
}

# Makes a copy of Cilium's source with one file replaced (the go command allows no -overlay over its module cache),
# and a go.mod that points to it.
patch_cilium() {
  local source copy=$CACHE/cilium-source
  source=$(module_dir cilium github.com/cilium/cilium) || die "no source of Cilium"
  rm -rf "$copy"
  cp -r --no-preserve=mode "$source" "$copy"
  cp "$HERE/cilium/overlay/modules_linux.go" "$copy/pkg/datapath/linux/modules/"
  cp "$HERE/cilium/go.mod" "$CACHE/cilium.mod"
  cp "$HERE/cilium/go.sum" "$CACHE/cilium.sum"
  go mod edit -replace "github.com/cilium/cilium=$copy" "$CACHE/cilium.mod"
}

# The folder of a module's files, for what it ships beside Go (charts, scripts, BPF sources).
module_dir() { (cd "$HERE/$1" && go mod download "$2" && go list -m -f '{{.Dir}}' "$2"); }
