#!/usr/bin/env bash
# images.sh: container images without a Docker daemon and without a registry.
#
#   images.sh image NAME:TAG ROOTFS [OPTION...]   makes localhost/NAME:TAG from a
#                 folder (see rootfs.sh) and prints the path of its archive
#       --from NAME:TAG       adds the folder to that image, made here before
#       --user UID:GID        --workdir DIR         --env KEY=VALUE (repeatable)
#       --entrypoint ARGUMENT --cmd ARGUMENT        (repeatable, one argument each)
#   images.sh load NAME:TAG|ARCHIVE...   loads images into the running cluster
#   images.sh push REGISTRY[/PATH] NAME:TAG...   pushes images to a registry, with
#                 the login that docker or "crane auth login" has left
#   images.sh current NAME:TAG KEY   exit 1 unless the image was made with this key
#                 (dockerfile.sh --key) on what node:dev is now
#   images.sh base                       makes pause:dev, coredns:dev and busybox:dev
#   images.sh node [host|24|PATH]        makes node:dev, the base for --from
#                                        (default: LLM_BOUNDARY_NODE, or host)
#   images.sh list                       what the cluster has
#
# In pods: image localhost/NAME:TAG with imagePullPolicy Never.
# Owns: $LLM_BOUNDARY_CACHE/images: per image an OCI layout, NAME_TAG/, and an
# archive, NAME_TAG.tar; both complete or absent. Trusts: umoci.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

wrong() {
  sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

# Folders that go when this script ends, whichever way it ends. log: the output of
# the image that is being made, shown when it fails.
temporaries=() log=''
clean_up() {
  [[ -z $log ]] || { cat "$log" >&2 && note 'error: the image could not be made; see above'; }
  [[ ${#temporaries[@]} == 0 ]] || rm -rf -- "${temporaries[@]}"
}
trap clean_up EXIT

# Sets temporary to a new folder beside the images.
new_temporary() {
  need_commands umoci=umoci
  mkdir -p "$IMAGES"
  temporary=$(mktemp -d "$IMAGES/.XXXXXX")
  chmod 755 "$temporary"
  temporaries+=("$temporary")
}

# stored NAME:TAG: where its layout is; the archive is the same with .tar.
stored() {
  [[ $1 =~ ^[a-z0-9][a-z0-9._/-]*:[A-Za-z0-9_.-]+$ ]] || die "'$1' is not NAME:TAG" "for example sidecar:dev"
  local flat=${1//\//.}
  printf '%s/%s\n' "$IMAGES" "${flat/:/_}"
}

# archive NAME:TAG LAYOUT FILE: the layout as an OCI archive. The annotation is
# the name that containerd gives the image when it imports the archive.
archive() {
  local copy=$3.index
  mkdir "$copy"
  sed 's|"org.opencontainers.image.ref.name":"image"|"org.opencontainers.image.ref.name":"localhost/'"$1"'"|' \
    "$2/index.json" >"$copy/index.json"
  grep -qF "\"localhost/$1\"" "$copy/index.json" || die "umoci's index.json is not as expected: $(<"$2/index.json")"
  tar -cf "$3" -C "$2" oci-layout blobs -C "$copy" index.json
}

image() {
  [[ $# -ge 2 && $1 != -* && $2 != -* ]] || wrong
  local name=$1 rootfs=$2 from='' config=() target temporary
  shift 2
  while [[ $# -gt 0 ]]; do
    [[ $# -ge 2 ]] || wrong
    case $1 in
      --from) from=$(stored "$2") ;;
      --user) config+=("--config.user=$2") ;;
      --workdir) config+=("--config.workingdir=$2") ;;
      --env) config+=("--config.env=$2") ;;
      --entrypoint) config+=("--config.entrypoint=$2") ;;
      --cmd) config+=("--config.cmd=$2") ;;
      *) wrong ;;
    esac
    shift 2
  done
  [[ -d $rootfs ]] || die "there is no folder $rootfs"
  [[ -z $from || -d $from ]] || die "there is no image at $from" "make it first: images.sh image, images.sh node"
  target=$(stored "$name")
  new_temporary
  log=$temporary/log
  {
    if [[ -n $from ]]; then
      # Blobs are never changed and may be shared; the index is rewritten.
      cp -al "$from" "$temporary/layout"
      rm "$temporary/layout/index.json"
      cp "$from/index.json" "$temporary/layout/index.json"
    else
      umoci init --layout "$temporary/layout"
      umoci new --image "$temporary/layout:image"
    fi
    umoci insert --image "$temporary/layout:image" "$rootfs" /
    [[ ${#config[@]} == 0 ]] || umoci config --image "$temporary/layout:image" "${config[@]}"
    umoci gc --layout "$temporary/layout"
    archive "$name" "$temporary/layout" "$temporary/archive.tar"
  } >"$log" 2>&1
  log=''
  (
    flock 9
    rm -rf -- "$target" "$target.tar" "$target.key"
    mv "$temporary/layout" "$target"
    mv "$temporary/archive.tar" "$target.tar"
  ) 9>"$IMAGES/.lock"
  note "image localhost/$name: $(du -h "$target.tar" | cut -f1)"
  printf '%s\n' "$target.tar"
}

# Which cluster is running: self, kind or kubeconfig.
mode() {
  if cluster_alive; then
    echo self
  elif [[ -f $ENV_FILE ]]; then
    sed -n 's/^CLUSTER_MODE=//p' "$ENV_FILE"
  fi
}

load() {
  [[ $# -gt 0 ]] || wrong
  local given archive archives=() mode
  for given in "$@"; do
    if [[ -f $given ]]; then archive=$given; else archive=$(stored "$given").tar; fi
    [[ -f $archive ]] || die "there is no image $given (looked for $archive)" "make it first: images.sh image $given ROOTFS"
    archives+=("$archive")
  done
  mode=$(mode)
  case $mode in
    self) for archive in "${archives[@]}"; do ns_run ctr -n k8s.io images import "$archive"; done ;;
    kind)
      "$HERE/kind.sh" load "$(sed -n 's/^CLUSTER_KIND_NAME=//p' "$ENV_FILE")" "${archives[@]}"
      ;;
    kubeconfig)
      die 'images cannot be loaded into a cluster that this project did not start' \
        "push them to a registry that its nodes can pull from: images.sh push REGISTRY/PATH $*"
      ;;
    *) die 'there is no running cluster to load images into' "start one: $HERE/cluster.sh up" ;;
  esac
}

push() {
  [[ $# -ge 2 ]] || wrong
  local prefix=${1%/} name layout crane
  shift
  "$HERE/build.sh" crane
  crane=$(tool_dir crane)/crane
  for name in "$@"; do
    layout=$(stored "$name")
    [[ -d $layout ]] || die "there is no image $name (looked for $layout)" "make it first: images.sh image $name ROOTFS"
    "$crane" push "$layout" "$prefix/$name" >&2 ||
      die "$name could not be pushed to $prefix" "see above; a login: $crane auth login ${prefix%%/*}"
  done
}

list() {
  case $(mode) in
    self) ns_run ctr -n k8s.io images list -q | grep -v @sha256 | grep -v ^sha256 ;;
    *) die 'only the self-built cluster can list its images' "kind: docker exec NODE crictl images" ;;
  esac
}

# unless_current NAME:TAG KEY FUNCTION...: remakes the image when KEY has changed.
unless_current() {
  local name=$1 key=$2 target temporary
  shift 2
  target=$(stored "$name")
  [[ ! -f $target.tar || ! -f $target.key || $(<"$target.key") != "$key" ]] || return 0
  new_temporary
  "$@" "$name" "$temporary"
  echo "$key" >"$target.key"
}

# An image of one static binary of ours.
one_binary() {
  local tool=$1 name=$2 rootfs=$3
  install -D "$(tool_dir "$tool")/$tool" "$rootfs/$tool"
  image "$name" "$rootfs" --entrypoint "/$tool" >/dev/null
}

busybox_image() {
  "$HERE/rootfs.sh" tools "$2"
  image "$1" "$2" --env PATH=/usr/bin:/bin --cmd /bin/sh >/dev/null
}

node_image() {
  "$HERE/rootfs.sh" node "$3" "$1"
  image "$2" "$3" --env PATH=/usr/bin:/bin --user 65532:65532 --entrypoint /usr/bin/node >/dev/null
}

# An image depends on its base too.
whole_key() { printf '%s %s\n' "$1" "$(cat "$(stored node:dev).key")"; }
current() {
  [[ $# == 2 ]] || wrong
  node '' >/dev/null
  local target
  target=$(stored "$1")
  [[ -f $target.tar && -f $target.key && $(<"$target.key") == "$(whole_key "$2")" ]]
}
# mark NAME:TAG KEY: it was made with this key.
mark() { whole_key "$2" >"$(stored "$1").key"; }

fingerprint() { sha256sum "$@" | sha256sum | cut -d' ' -f1; }

base() {
  local tool
  for tool in pause coredns; do
    "$HERE/build.sh" "$tool" 2>/dev/null || "$HERE/build.sh" "$tool"
    unless_current "$tool:dev" "$(<"$(tool_dir "$tool")/.inputs")" one_binary "$tool"
  done
  need_commands busybox=busybox-static nft=nftables curl=curl ip=iproute2 conntrack=conntrack openssl=openssl ping=iputils-ping
  unless_current busybox:dev \
    "$(fingerprint "$HERE/rootfs.sh" "$(command -v busybox)" "$(command -v nft)" "$(command -v curl)" "$(command -v ip)")" \
    busybox_image
}

node() {
  local binary
  binary=$("$HERE/rootfs.sh" node-path "${1:-${LLM_BOUNDARY_NODE:-host}}")
  unless_current node:dev "$(fingerprint "$HERE/rootfs.sh" "$binary")" node_image "$binary"
  printf "%s.tar\n" "$(stored node:dev)"
}

[[ $# -ge 1 ]] || wrong
action=$1
shift
case $action in
  image | load | push | base | node | list | current | mark) "$action" "$@" ;;
  *) wrong ;;
esac
