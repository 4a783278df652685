#!/usr/bin/env bash
# build.sh [--list] [TOOL...]: builds the pinned tools from their Go modules.
#
# Owns: $LLM_BOUNDARY_CACHE/bin/TOOL-VERSION/. Each folder is complete or absent:
# a build goes to a temporary folder that is renamed at the end.
# Trusts: the Go toolchain on PATH, and the modules that go.sum names.
# Without arguments it builds every tool, what a cluster needs first.
# Two builds at once wait for each other per tool.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<EOF
usage: build.sh [--list] [TOOL...]
  builds into $BIN; a tool that is there in its version is skipped
  --list  prints each tool, its version, its folder and whether it is built
  tools:  ${TOOLS[*]}
EOF
}

# The packages to build, per tool.
packages() {
  case $1 in
    kubernetes) printf 'k8s.io/kubernetes/cmd/%s\n' kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl ;;
    etcd) echo go.etcd.io/etcd/server/v3 ;;
    helm) echo helm.sh/helm/v3/cmd/helm ;;
    coredns) echo github.com/coredns/coredns ;;
    kubeconform) echo github.com/yannh/kubeconform/cmd/kubeconform ;;
    promtool | prometheus) echo "github.com/prometheus/prometheus/cmd/$1" ;;
    kyverno) echo github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno ;;
    kind) echo sigs.k8s.io/kind ;;
    crane) echo github.com/google/go-containerregistry/cmd/crane ;;
    versitygw) echo github.com/versity/versitygw/cmd/versitygw ;;
    victoria-logs) echo github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs ;;
    cilium-check | istio-inject | dapr-inject | gitops-diff | cert-manager | pause | otelcol | rclone) echo . ;;
  esac
}

# The name of the binary, where Go would choose another.
binary() {
  case $1 in
    etcd | cilium-check | istio-inject | dapr-inject | gitops-diff | cert-manager | pause | kyverno | otelcol | rclone) echo "$1" ;;
  esac
}

# Linker flags that make a binary report the version it was built from.
ldflags() {
  local tool=$1 version=$2 flags='-s -w' package minor
  case $tool in
    kubernetes)
      minor=${version#v1.}
      for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
        flags+=" -X $package.gitVersion=$version -X $package.gitMajor=1"
        flags+=" -X $package.gitMinor=${minor%%.*} -X $package.gitTreeState=clean"
      done
      ;;
    helm)
      # Otherwise `helm template` believes it talks to Kubernetes 1.20.
      minor=$(tool_version kubernetes)
      minor=${minor#v1.}
      flags+=" -X helm.sh/helm/v3/internal/version.version=$version"
      for package in pkg/lint/rules pkg/chartutil; do
        flags+=" -X helm.sh/helm/v3/$package.k8sVersionMajor=1"
        flags+=" -X helm.sh/helm/v3/$package.k8sVersionMinor=${minor%%.*}"
      done
      ;;
    kubeconform) flags+=" -X main.version=$version" ;;
    promtool | prometheus) flags+=" -X github.com/prometheus/common/version.Version=$version" ;;
    crane) flags+=" -X github.com/google/go-containerregistry/cmd/crane/cmd.Version=$version" ;;
    kyverno) flags+=" -X github.com/kyverno/kyverno/pkg/version.BuildVersion=$version" ;;
  esac
  printf '%s\n' "$flags"
}

# Build tags. Without its service discoveries, which scrape clouds, Prometheus has a third fewer packages.
tags() {
  case $1 in
    prometheus) echo remove_all_sd ;;
  esac
}

# What the build depends on besides the compiler: a cached tool is current when
# this is the same.
inputs() {
  local tool=$1
  {
    (cd "$HERE/tools/$tool" && cat ./*)
    packages "$tool"
    tags "$tool"
    ldflags "$tool" "$(tool_version "$tool")"
  } | sha256sum | cut -d' ' -f1
}

is_built() {
  local dir
  dir=$(tool_dir "$1")
  [[ -f $dir/.inputs && $(<"$dir/.inputs") == "$(inputs "$1")" ]]
}

need_go() {
  local want have
  want=$(awk '$1 == "go" { print $2; exit }' "$HERE/tools/kubernetes/go.mod")
  command -v go >/dev/null ||
    die "building the tools needs Go $want or newer, and there is no 'go' on PATH" "install it from https://go.dev/dl/"
  have=$(go env GOVERSION)
  [[ $(printf '%s\n%s\n' "$want" "${have#go}" | sort -V | head -n 1) == "$want" ]] ||
    die "building the tools needs Go $want or newer; 'go' on PATH is $have" "install a newer one from https://go.dev/dl/"
}

build() {
  local tool=$1 version dir temporary name list started=$SECONDS
  version=$(tool_version "$tool")
  dir=$(tool_dir "$tool")
  if is_built "$tool"; then
    note "$tool $version: in the cache"
    return
  fi
  need_go
  note "$tool $version: building"
  temporary=$(mktemp -d "$BIN/.$tool.XXXXXX")
  # shellcheck disable=SC2064 # the folder's name is known now and not later
  trap "rm -rf -- '$temporary'" EXIT
  name=$(binary "$tool")
  mapfile -t list < <(packages "$tool")
  # nice, because a build takes every core for minutes. GOWORK and a -mod flag of
  # the caller could change which versions are built.
  (
    cd "$HERE/tools/$tool" &&
      GOWORK=off GOFLAGS="-buildvcs=false -mod=readonly" CGO_ENABLED=0 nice -n 10 \
        go build -trimpath -tags "$(tags "$tool")" -ldflags "$(ldflags "$tool" "$version")" -o "$temporary/$name" "${list[@]}"
  ) || die "building $tool $version in $HERE/tools/$tool failed" \
    "see Go's output above; downloads need a Go module proxy ($(go env GOPROXY)), disk space about 6 GB in $(go env GOCACHE)"
  inputs "$tool" >"$temporary/.inputs"
  chmod 755 "$temporary"
  rm -rf -- "$dir"
  mv -- "$temporary" "$dir"
  trap - EXIT
  note "$tool $version: built in $((SECONDS - started)) s"
}

list() {
  local tool state
  for tool in "${TOOLS[@]}"; do
    state=missing
    ! is_built "$tool" || state=built
    printf '%s\t%s\t%s\t%s\n' "$tool" "$(tool_version "$tool")" "$state" "$(tool_dir "$tool")"
  done
}

case ${1:-} in
  -h | --help) usage && exit 0 ;;
  --list) list && exit 0 ;;
  -*) usage >&2 && exit 2 ;;
esac
[[ $# -gt 0 ]] || set -- "${TOOLS[@]}"
for tool in "$@"; do tool_version "$tool" >/dev/null; done
mkdir -p "$BIN"
for tool in "$@"; do
  # One lock per tool, held for the build alone.
  (
    flock -n 9 || { note "$tool: waiting for another build of it" && flock 9; }
    build "$tool"
  ) 9>"$BIN/.$tool.lock"
done
