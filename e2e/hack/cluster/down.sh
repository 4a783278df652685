#!/usr/bin/env bash
# down.sh [--keep-logs]: ends the self-built cluster and leaves nothing behind.
#
# Owns: the process that up.sh started (found by id and start time, never by
# name), the state folder, the cluster's cgroup, and the mount points that
# $STATE/created lists. Succeeds when there is no cluster.
# Trusts: the kernel to end every process of a pid namespace with its pid 1, and
# to free mounts, interfaces and nft rules with the last process.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

keep_logs='' locked=''
for argument in "$@"; do
  case $argument in
    --keep-logs) keep_logs=yes ;;
    --locked) locked=yes ;; # up.sh holds the lock already
    -h | --help) note 'usage: down.sh [--keep-logs]' && exit 0 ;;
    *) note "down.sh: unexpected argument '$argument'" && exit 2 ;;
  esac
done
[[ -d $STATE ]] || { [[ -n $locked ]] || note 'there is no cluster' && exit 0; }
need_root down.sh
# Only a folder that up.sh made is emptied.
[[ -f $STATE/cgroup ]] ||
  die "$STATE does not look like a cluster's state folder: it has no file named cgroup" "check LLM_BOUNDARY_CLUSTER_DIR; remove the folder yourself if it is an old one"
if [[ -z $locked ]]; then
  exec 9>"$STATE.lock"
  flock -n 9 || { note 'waiting for another up.sh or down.sh' && flock 9; }
fi

# The ids of all processes in one of the given namespaces ("net:[1] mnt:[2] …").
processes_in() {
  { find /proc/[0-9]*/ns -maxdepth 1 -type l -printf '%l %p\n' 2>/dev/null || true; } |
    awk -v wanted=" $1 " 'index(wanted, " " $1 " ") { split($2, path, "/"); print path[3] }' | sort -un
}

remove_cgroups() {
  local root
  for root in /sys/fs/cgroup/"$1" /sys/fs/cgroup/*/"$1"; do
    [[ -d $root && ! -L $(dirname "$root") ]] || continue
    find "$root" -depth -type d -exec rmdir {} + 2>/dev/null || return 1
  done
}

# retry SECONDS COMMAND...
retry() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [[ $SECONDS -lt $deadline ]] || return 1
    sleep 0.1
  done
}

if cluster_alive; then
  pid=$(cluster_pid)
  namespaces=$(readlink "/proc/$pid/ns/net" "/proc/$pid/ns/mnt" "/proc/$pid/ns/pid" | tr '\n' ' ')
  kill -KILL "$pid"
  no_process_left() { [[ -z $(processes_in "$namespaces") ]]; }
  if ! retry 20 no_process_left; then
    note 'these processes were not started by the cluster, and hold on to its namespaces:'
    # shellcheck disable=SC2046 # one argument per process
    ps -o pid=,args= -p $(processes_in "$namespaces" | paste -sd,) >&2 || true
    die 'the cluster has ended, but not all of its namespaces' 'end those processes, then run down.sh again'
  fi
fi

cgroup=$(<"$STATE/cgroup")
[[ $cgroup == llm-boundary-* ]] || die "$STATE/cgroup holds '$cgroup', which is not a name that up.sh gives"
retry 20 remove_cgroups "$cgroup" ||
  die "the cgroup $cgroup still has processes" "find them: cat /sys/fs/cgroup/*/$cgroup/cgroup.procs"
if [[ -f $STATE/created ]]; then
  while read -r folder; do rmdir "$folder" || note "left: $folder (not empty)"; done <"$STATE/created"
fi
if [[ -n $keep_logs ]]; then
  find "$STATE" -xdev -mindepth 1 -maxdepth 1 ! -name logs ! -name cgroup -exec rm -rf --one-file-system {} +
else
  rm -rf --one-file-system -- "$STATE"
fi
[[ -n $locked ]] || note 'the cluster is down; nothing is left of it'
