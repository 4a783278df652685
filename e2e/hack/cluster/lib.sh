# shellcheck shell=bash
# Shared by the scripts in this folder; source it, do not run it.
#
# Owns: where things live (cache, state), messages, and the two questions every
# script asks: is this tool built, and is this process still the one we started.
# Trusts: the environment variables below, set by the person who runs the script.
#
#   LLM_BOUNDARY_CACHE        built binaries and images (default: ~/.cache/llm-boundary)
#   LLM_BOUNDARY_IMAGE_STORE  images alone (default: $LLM_BOUNDARY_CACHE/images); one for
#                             each checkout, where two run at once
#   LLM_BOUNDARY_CLUSTER_DIR  state of the running cluster (default: $LLM_BOUNDARY_CACHE/cluster)

set -euo pipefail

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck disable=SC2034 # this and others: used by the scripts that source this file
REPO=$(cd "$HERE/../../.." && pwd)
CACHE=${LLM_BOUNDARY_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/llm-boundary}
STATE=${LLM_BOUNDARY_CLUSTER_DIR:-$CACHE/cluster}
BIN=$CACHE/bin
# shellcheck disable=SC2034
IMAGES=${LLM_BOUNDARY_IMAGE_STORE:-$CACHE/images}
# Written by up.sh and by cluster.sh, read by everything that uses a cluster.
# shellcheck disable=SC2034
ENV_FILE=$STATE/cluster.env
# shellcheck disable=SC2034
TOOLS=(kubernetes etcd helm coredns pause kubeconform promtool kyverno cilium-check istio-inject dapr-inject gitops-diff cert-manager kind crane otelcol versitygw rclone victoria-logs prometheus)

note() { printf '%s\n' "$*" >&2; }

# die MESSAGE [HOW TO FIX]
die() {
  printf 'error: %s\n' "$1" >&2
  [[ $# -lt 2 ]] || printf '  fix: %s\n' "$2" >&2
  exit 1
}

# The version of a tool is what its go.mod requires first; our own programs
# without a dependency that names them have "dev".
tool_version() {
  local tool=$1 version
  [[ -f $HERE/tools/$tool/go.mod ]] ||
    die "there is no tool named '$tool'" "one of: ${TOOLS[*]}"
  version=$(awk '$1 == "require" && $2 != "(" { print $3; exit }
                 $1 == "require" && $2 == "(" { inside = 1; next }
                 inside && NF >= 2 { print $2; exit }' "$HERE/tools/$tool/go.mod")
  printf '%s\n' "${version:-dev}"
}

# The folder that holds a tool's binaries, built or not.
tool_dir() { printf '%s/%s-%s\n' "$BIN" "$1" "$(tool_version "$1")"; }

# All tool folders as one PATH prefix, in the order of TOOLS.
tool_path() {
  local tool path=''
  for tool in "${TOOLS[@]}"; do path+=$(tool_dir "$tool"):; done
  printf '%s\n' "${path%:}"
}

# The command on PATH, or else the pinned one if it is built.
find_command() {
  local command=$1 tool=$2
  type -P "$command" || { [[ -x $(tool_dir "$tool")/$command ]] && printf '%s/%s\n' "$(tool_dir "$tool")" "$command"; }
}

# PATH for what Debian puts in sbin, which a plain user may not have.
PATH=$PATH:/usr/sbin:/sbin

need_root() {
  [[ $(id -u) == 0 ]] ||
    die "$1 needs root: it makes namespaces, mounts and cgroups" "run it as root, or set KUBECONFIG to a cluster that you have"
}

# need_commands COMMAND=PACKAGE...: installs the Debian packages whose command
# (or absolute path) is missing, and only those.
need_commands() {
  local pair missing=()
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null || [[ -e ${pair%%=*} && ${pair%%=*} == /* ]] || missing+=("${pair#*=}")
  done
  [[ ${#missing[@]} -gt 0 ]] || return 0
  command -v apt-get >/dev/null ||
    die "missing: ${missing[*]}" "install these packages (their Debian names) with your package manager"
  [[ $(id -u) == 0 ]] ||
    die "missing: ${missing[*]}" "sudo apt-get install --no-install-recommends ${missing[*]}"
  note "installing with apt-get: ${missing[*]}"
  local log
  log=$(mktemp)
  # Another apt-get on the machine holds the lock for a while: wait for it.
  if ! { apt-get -o DPkg::Lock::Timeout=300 update -qq &&
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    cat "$log" >&2
    die "apt-get could not install ${missing[*]}" "see the output above"
  fi
  rm -f "$log"
}

# Field 22 of /proc/PID/stat: the start time, which tells a process from a later
# one with the same id. Empty if there is no such process, or if it has ended and only
# its parent has not noticed yet.
process_start() {
  local stat
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
  stat=${stat##*) }
  # shellcheck disable=SC2086 # the fields are meant to be split
  set -- $stat
  [[ $1 != Z ]] || return 0
  printf '%s\n' "${20}"
}

# The cgroup of the self-built cluster, by the folder of its state.
cluster_cgroup() { printf 'llm-boundary-%s\n' "$(sha256sum <<<"$STATE" | cut -c1-8)"; }

# True while the self-built cluster's pid 1 is the process that up.sh started.
cluster_alive() {
  local pid start
  [[ -f $STATE/pid ]] || return 1
  read -r pid start <"$STATE/pid" || return 1
  [[ -n $start && $(process_start "$pid") == "$start" ]] || return 1
  # While it ends it is still there, and its namespaces are not.
  readlink "/proc/$pid/ns/net" >/dev/null 2>&1
}

cluster_pid() {
  local pid start
  read -r pid start <"$STATE/pid" && printf '%s\n' "$pid"
}

# ns_run COMMAND...: runs it inside the self-built cluster's network, mount and
# pid namespaces (pid too: /proc in there belongs to them). nsenter waits in front
# of the command, so whoever ends this call ends nsenter; the command follows it.
ns_run() {
  nsenter -t "$(cluster_pid)" -n -m -p --wd="$PWD" -- setpriv --pdeathsig TERM -- "$@"
}
