#!/usr/bin/env bash
# node.sh: pid 1 of the self-built cluster; up.sh starts it in new network, mount
# and pid namespaces. When it dies, the kernel ends every process it started and
# frees the namespaces with their mounts, interfaces and nft rules.
#
# Owns: everything inside those namespaces. Of the machine it changes nothing but
# $STATE and the cgroup $CGROUP; folders it had to create as mount points are
# listed in $STATE/created, for down.sh.
# Trusts: up.sh, which made $STATE (certificates, folders) and sets CGROUP.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
set -E
: "${CGROUP:?node.sh is started by up.sh}"

NODE_IP=172.30.0.2
NODE_IP6=fd00:10:30::2
# An address that is neither pod nor Service: the world outside, for tests.
OUTSIDE_IP=198.51.100.1
OUTSIDE_IP6=2001:db8:51::1

read -r host_pid _ </proc/self/stat # /proc is still the machine's
[[ $$ == 1 ]] || die "node.sh is not pid 1" "start the cluster with up.sh"

fail() {
  printf '%s\n' "$*" >"$STATE/failed"
  die "$*"
}
trap 'fail "node.sh failed at line $LINENO; its output is $STATE/logs/node.log"' ERR

mounts() {
  mount --make-rshared /
  mount -t proc -o nosuid,nodev,noexec proc /proc
  # Sockets, CNI namespaces and shims of ours, none of the machine's.
  mount -t tmpfs -o mode=755,nosuid,nodev tmpfs /run
  mkdir -p /run/llm-boundary /run/netns /run/lock
  mount --bind "$STATE" /run/llm-boundary
  # The kubelet and CNI have these paths built in.
  private_dir /var/log
  private_dir /var/lib/cni
  private_dir /var/lib/kubelet
  mount --bind "$STATE/kubelet" /var/lib/kubelet
}

private_dir() {
  if [[ ! -d $1 ]]; then
    mkdir "$1"
    echo "$1" >>"$STATE/created"
  fi
  mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$1"
}

# The kubelet sets these on start, and they are the machine's, not a namespace's.
# It leaves them alone when they have its values already, so it gets to see that.
pretend_sysctls() {
  local pair path
  mkdir -p /run/sysctl
  for pair in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
    kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
    path=${pair%=*}
    echo "${pair#*=}" >"/run/sysctl/${path//\//.}"
    mount --bind "/run/sysctl/${path//\//.}" "/proc/sys/$path"
  done
}

network() {
  ip link set lo up
  # A bridge without ports: not every kernel has links of type dummy. The kubelet
  # wants a default route.
  ip link add node0 type bridge
  ip link add outside0 type bridge
  ip address add "$NODE_IP/24" dev node0
  ip address add "$OUTSIDE_IP/24" dev outside0
  ip link set node0 up
  ip link set outside0 up
  ip route add default via 172.30.0.1 dev node0
  sysctl -qw net.ipv4.ip_forward=1
  service_cidr=10.96.0.0/16 pod_cidr=10.244.0.0/24 node_ips=$NODE_IP
  if [[ -e /proc/net/if_inet6 ]]; then
    sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv6.conf.default.accept_dad=0
    ip address add "$NODE_IP6/64" dev node0 nodad
    ip address add "$OUTSIDE_IP6/64" dev outside0 nodad
    service_cidr+=,fd00:10:96::/112 pod_cidr+=,fd00:10:244::/64 node_ips+=,$NODE_IP6
  else
    sed -i -e 's/, \[{ "subnet": "fd00[^]]*\]//' -e 's/, { "dst": "::\/0" }//' "$STATE/cni/net.d/10-pods.conflist"
  fi
}

declare -A daemons=()
daemon() {
  local name=$1
  shift
  "$@" >>"$STATE/logs/$name.log" 2>&1 &
  daemons[$!]=$name
}

# wait_until SECONDS WHAT COMMAND...
wait_until() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [[ $SECONDS -lt $deadline ]] || fail "$what did not come up; see the logs in $STATE/logs"
    sleep 0.1
  done
}

control_plane() {
  local pki=/run/llm-boundary/pki
  daemon etcd etcd --data-dir=/run/llm-boundary/etcd --unsafe-no-fsync --log-level=warn \
    --listen-client-urls=http://127.0.0.1:2379 --advertise-client-urls=http://127.0.0.1:2379 \
    --listen-peer-urls=http://127.0.0.1:2380
  # Aggregator routing: webhook Services resolve to pod addresses. InternalIP: logs
  # and exec would look the node's name up in a DNS that does not know it.
  daemon kube-apiserver kube-apiserver --etcd-servers=http://127.0.0.1:2379 \
    --advertise-address="$NODE_IP" --secure-port=6443 --service-cluster-ip-range="$service_cidr" \
    --tls-cert-file=$pki/apiserver.crt --tls-private-key-file=$pki/apiserver.key --client-ca-file=$pki/ca.crt \
    --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction \
    --enable-aggregator-routing=true --allow-privileged=true \
    --kubelet-preferred-address-types=InternalIP --kubelet-certificate-authority=$pki/ca.crt \
    --kubelet-client-certificate=$pki/apiserver-kubelet.crt --kubelet-client-key=$pki/apiserver-kubelet.key \
    --service-account-issuer=https://kubernetes.default.svc.cluster.local \
    --service-account-key-file=$pki/service-account.pub --service-account-signing-key-file=$pki/service-account.key
  wait_until 60 kube-apiserver kubectl --kubeconfig=$pki/admin.kubeconfig get --raw=/readyz
  daemon kube-controller-manager kube-controller-manager --kubeconfig=$pki/controller-manager.kubeconfig \
    --use-service-account-credentials --service-account-private-key-file=$pki/service-account.key \
    --root-ca-file=$pki/ca.crt --leader-elect=false
  daemon kube-scheduler kube-scheduler --kubeconfig=$pki/scheduler.kubeconfig --leader-elect=false
}

node() {
  local pki=/run/llm-boundary/pki
  daemon kubelet kubelet --config="$HERE/config/kubelet.yaml" --kubeconfig=$pki/kubelet.kubeconfig \
    --hostname-override=node-1 --node-ip="$node_ips" --root-dir=/var/lib/kubelet \
    --cert-dir=/var/lib/kubelet/pki --cgroup-root="/$CGROUP"
  # conntrack's limits are the machine's; 0 leaves them alone.
  daemon kube-proxy kube-proxy --kubeconfig=$pki/proxy.kubeconfig --proxy-mode=nftables \
    --hostname-override=node-1 --cluster-cidr="$pod_cidr" --conntrack-max-per-core=0
}

PATH=$(tool_path):$PATH
export PATH
ulimit -n "$(ulimit -Hn)"
mounts
pretend_sysctls
network
printf '%s %s\n' "$host_pid" "$(process_start 1)" >"$STATE/pid.new"
mv "$STATE/pid.new" "$STATE/pid"

daemon containerd containerd --config "$HERE/config/containerd.toml" --log-level warn
control_plane
wait_until 30 containerd ctr version
node
touch "$STATE/started"

# Nothing here may end while the cluster is up. What has ended is named for status
# and down.sh; the rest stays up, so that it can be looked at.
while wait -n -p ended || true; do
  [[ -n ${ended:-} ]] || fail 'every daemon has ended'
  printf '%s ended\n' "${daemons[$ended]:-process $ended}" | tee -a "$STATE/failed"
  unset ended
done
