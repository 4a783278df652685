#!/usr/bin/env bash
# enter.sh [COMMAND...]: runs a command (default: a shell) with the cluster's
# KUBECONFIG and the pinned tools on PATH. Where the cluster is the self-built one,
# it runs in that cluster's network, mount and pid namespaces, as root; the working
# folder and the rest of the environment stay.
#
# Owns: nothing. What is started in the namespaces ends with them at the latest.
# Trusts: cluster.env. /run and /var/log are the cluster's own in there.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ -f $ENV_FILE ]] || die "there is no cluster in $STATE" "start one: $HERE/cluster.sh up"
[[ $# -gt 0 ]] || set -- "${SHELL:-/bin/bash}"
while IFS='=' read -r name value; do
  case $name in CLUSTER_* | KUBECONFIG | KUBECACHEDIR) export "$name=$value" ;; esac
done <"$ENV_FILE"
if [[ ${CLUSTER_MODE:-} != self ]]; then
  # A cluster from elsewhere may be older than the pinned tools: its own come first.
  export PATH=$PATH:$CLUSTER_PATH
  exec "$@"
fi
need_root enter.sh
cluster_alive || die "the cluster of $ENV_FILE has died" "its logs are in $STATE/logs; start it again: $HERE/up.sh"
export PATH=$CLUSTER_PATH:$PATH
# nsenter waits in front of the command: end the one and the other ends too.
exec nsenter -t "$(cluster_pid)" -n -m -p --wd="$PWD" -- setpriv --pdeathsig TERM -- "$@"
