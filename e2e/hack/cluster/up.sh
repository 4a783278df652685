#!/usr/bin/env bash
# up.sh: starts a Kubernetes cluster of our own on this machine, without Docker,
# and waits until its node is Ready and its DNS answers. Does nothing if it is up.
#
# Owns: $LLM_BOUNDARY_CLUSTER_DIR (state, logs, certificates, cluster.env) and one
# cgroup named after it. All else is in namespaces that end with the cluster.
# Trusts: root on this machine. Anyone who can read the state folder is the
# cluster's administrator.
# Prints on stdout the lines of cluster.env; all else goes to stderr.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

case ${1:-} in
  '') ;;
  -h | --help) note 'usage: up.sh   (LLM_BOUNDARY_CLUSTER_DIR: where its state goes)' && exit 0 ;;
  *) note "up.sh: unexpected argument '$1'" && exit 2 ;;
esac

need_root up.sh
[[ $STATE != /run/* ]] ||
  die "the state folder $STATE is under /run, which the cluster hides" "set LLM_BOUNDARY_CLUSTER_DIR to another folder"
umask 022
mkdir -p "$(dirname "$STATE")"
exec 9>"$STATE.lock"
flock -n 9 || { note 'waiting for another up.sh or down.sh' && flock 9; }

if cluster_alive && [[ -f $ENV_FILE ]]; then
  note "the cluster is up already"
  cat "$ENV_FILE"
  exit 0
fi
started=$SECONDS
need_commands containerd=containerd ctr=containerd runc=runc nft=nftables ip=iproute2 conntrack=conntrack \
  openssl=openssl busybox=busybox-static nsenter=util-linux setpriv=util-linux unshare=util-linux mount=mount sysctl=procps
for cni_bin in /usr/lib/cni /opt/cni/bin /usr/libexec/cni ''; do [[ ! -x $cni_bin/ptp ]] || break; done
[[ -n $cni_bin ]] || { need_commands /usr/lib/cni/ptp=containernetworking-plugins && cni_bin=/usr/lib/cni; }
"$HERE/build.sh" kubernetes etcd coredns pause 9>&-
"$HERE/images.sh" base 9>&-
built=$SECONDS

# What is left of a cluster that died (a reboot, a kill) goes first.
"$HERE/down.sh" --locked 9>&-

prepare() {
  local hierarchy
  mkdir -p "$STATE"/{logs/pods,kubelet,cni/net.d,volume-plugins}
  chmod 700 "$STATE"
  : >"$STATE/resolv.conf"
  ln -s "$cni_bin" "$STATE/cni/bin"
  cp "$HERE/config/cni.conflist" "$STATE/cni/net.d/10-pods.conflist"
  "$HERE/pki.sh" "$STATE/pki" 172.30.0.2
  CGROUP=$(cluster_cgroup)
  echo "$CGROUP" >"$STATE/cgroup"
  if [[ -f /sys/fs/cgroup/cgroup.controllers ]]; then
    # cgroup v2; the kubelet hands the controllers on from here downwards.
    mkdir "/sys/fs/cgroup/$CGROUP"
    favour "/sys/fs/cgroup/$CGROUP/cpu.weight" 800
    return
  fi
  for hierarchy in /sys/fs/cgroup/*/; do
    [[ -L ${hierarchy%/} || -d $hierarchy/$CGROUP ]] || mkdir "$hierarchy$CGROUP"
    # A new cpuset is empty, and nothing can run in an empty one.
    if [[ -e $hierarchy$CGROUP/cpuset.cpus ]]; then
      cat "${hierarchy}cpuset.cpus" >"$hierarchy$CGROUP/cpuset.cpus"
      cat "${hierarchy}cpuset.mems" >"$hierarchy$CGROUP/cpuset.mems"
    fi
    favour "$hierarchy$CGROUP/cpu.shares" 8192
  done
}

# All pods together weigh as much as one other process of the machine by default, so that probes with a second fail on a busy one.
favour() { [[ ! -w $1 ]] || echo "$2" >"$1"; }

# Also from a trap, while a command's stderr goes elsewhere.
exec 3>&2
give_up() {
  local log
  exec 2>&3
  printf 'error: %s\n' "$1" >&2
  for log in "$STATE"/logs/*.log; do
    printf -- '--- %s\n' "$log" >&2
    tail -n "${LLM_BOUNDARY_LOG_LINES:-8}" "$log" | cut -c1-400 >&2
  done
  if [[ -e $STATE/started ]]; then
    kube get events,pods -A -o wide >&2 || true
    kube -n kube-system logs deployment/coredns --tail=5 >&2 || true
  fi
  printf '  fix: the logs stay in %s until the next start; the cluster is being stopped\n' "$STATE/logs" >&2
  "$HERE/down.sh" --locked --keep-logs 9>&-
  exit 1
}

# wait_for SECONDS WHAT COMMAND...
wait_for() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>"$STATE/logs/wait.log"; do
    [[ ! -s $STATE/failed ]] || give_up "$(head -n 1 "$STATE/failed")"
    [[ $SECONDS -lt $deadline ]] || give_up "$what: not within its time limit"
    sleep 0.2
  done
}

kube() { KUBECACHEDIR=$STATE/kube-cache ns_run "$(tool_dir kubernetes)/kubectl" --kubeconfig="$STATE/pki/admin.kubeconfig" "$@"; }
node_ready() { kube get node node-1 -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' | grep -qx True; }
dns_answers() { ns_run busybox nslookup -type=a kubernetes.default.svc.cluster.local 10.96.0.10; }

trap 'give_up "interrupted"' INT TERM
prepare
export CGROUP LLM_BOUNDARY_CACHE=$CACHE LLM_BOUNDARY_CLUSTER_DIR=$STATE
setsid unshare --net --mount --pid --fork --kill-child -- "$HERE/node.sh" \
  </dev/null >"$STATE/logs/node.log" 2>&1 3>&- 9>&- &
wait_for 20 'the namespaces' test -s "$STATE/pid"
wait_for 30 containerd ns_run ctr version
"$HERE/images.sh" load pause:dev coredns:dev busybox:dev >/dev/null 9>&- || give_up 'the base images could not be loaded'
wait_for 90 'the control plane' test -e "$STATE/started"
wait_for 30 'the resources of DNS' kube apply -f "$HERE/config/dns.yaml"
wait_for 60 'node node-1 Ready' node_ready
wait_for 60 'CoreDNS' dns_answers
# Pods cannot be made in a namespace before its service account is there.
wait_for 30 'the default service account' kube get serviceaccount default

cat >"$ENV_FILE.new" <<EOF
CLUSTER_MODE=self
CLUSTER_PID=$(cluster_pid)
CLUSTER_DIR=$STATE
KUBECONFIG=$STATE/pki/admin.kubeconfig
KUBECACHEDIR=$STATE/kube-cache
CLUSTER_PATH=$(tool_path)
CLUSTER_ENTER=$HERE/enter.sh
CLUSTER_OUTSIDE_IP=198.51.100.1
EOF
mv "$ENV_FILE.new" "$ENV_FILE"
cat "$ENV_FILE"
note "the cluster is up: Ready after $((SECONDS - built)) s (tools and images: $((built - started)) s)"
note "  enter it:  $HERE/enter.sh kubectl get pods -A    (or: nsenter -t $(cluster_pid) -n -m -p)"
note "  its state: $ENV_FILE"
