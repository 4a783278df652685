#!/usr/bin/env bash
# enter.sh [COMMAND...]: runs a command (default: a shell) in the self-built
# cluster's network, mount and pid namespaces, with KUBECONFIG and the pinned
# tools on PATH. Its working folder and the rest of the environment stay.
#
# Owns: nothing. What is started here ends with the cluster at the latest.
# Trusts: the state folder. Note that /run and /var/log are the cluster's in there.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_root enter.sh
cluster_alive || die "there is no running cluster in $STATE" "start it: $HERE/up.sh"
[[ $# -gt 0 ]] || set -- "${SHELL:-/bin/bash}"
PATH=$(tool_path):$PATH
export PATH KUBECONFIG="$STATE/pki/admin.kubeconfig" KUBECACHEDIR="$STATE/kube-cache"
exec nsenter -t "$(cluster_pid)" -n -m -p --wd="$PWD" -- "$@"
