#!/usr/bin/env bash
# kind.sh: what is asked of kind, and nothing else is.
#
#   kind.sh list                    names of kind's clusters, one a line
#   kind.sh create NAME KUBECONFIG  makes a cluster and waits until its node is ready
#   kind.sh export NAME KUBECONFIG  writes the kubeconfig of a cluster that is there
#   kind.sh load NAME ARCHIVE...    loads image archives into its nodes
#   kind.sh delete NAME KUBECONFIG  ends a cluster
#
# The kind on PATH, or else the pinned one. Owns: nothing. Trusts: kind, and the
# Docker daemon that it talks to.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

wrong() {
  sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
  exit 2
}

# ask WHAT ARGUMENT...: what kind says goes to where it says it.
ask() {
  local what=$1 kind status=0
  shift
  kind=$(find_command kind kind) || die "there is no kind to $what with" "build the pinned one: $HERE/build.sh kind"
  "$kind" "$@" || status=$?
  [[ $status == 0 ]] ||
    die "kind could not $what (status $status); what it said is above" \
      "kind needs a Docker daemon that answers 'docker info'; without one, LLM_BOUNDARY_CLUSTER=self makes a cluster on Linux as root"
}

[[ $# -ge 1 ]] || wrong
action=$1
shift
case $action in
  list) [[ $# == 0 ]] || wrong && ask 'list its clusters' get clusters ;;
  create) [[ $# == 2 ]] || wrong && ask "make the cluster $1" create cluster --name "$1" --kubeconfig "$2" --wait 180s ;;
  export) [[ $# == 2 ]] || wrong && ask "export the kubeconfig of $1" export kubeconfig --name "$1" --kubeconfig "$2" ;;
  load) [[ $# -ge 2 ]] || wrong && ask "load images into $1" load image-archive --name "$1" "${@:2}" ;;
  delete) [[ $# == 2 ]] || wrong && ask "delete the cluster $1" delete cluster --name "$1" --kubeconfig "$2" ;;
  *) wrong ;;
esac
