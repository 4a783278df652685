#!/usr/bin/env bash
# cluster.sh: a Kubernetes cluster for the end-to-end tests (npm run cluster -- up).
#
#   cluster.sh up                 finds or starts one, and says which and why:
#                                 1. KUBECONFIG, when it is set and answers
#                                 2. kind, where a Docker daemon runs
#                                 3. a control plane and node of our own (Linux, root)
#   cluster.sh down               ends what up has started, and nothing else
#   cluster.sh status             what is up; exit 1 when nothing is
#   cluster.sh where              the folder of its state and the name of its cgroup
#   cluster.sh enter [COMMAND...] runs a command with the cluster's KUBECONFIG and
#                                 tools, inside its namespaces where it has its own
#   cluster.sh build [TOOL...]    builds the pinned tools into the cache
#   cluster.sh image|load|push ... makes, loads and pushes images (images.sh --help)
#   cluster.sh dockerfile ...     makes an image from a Dockerfile (dockerfile.sh --help)
#
# LLM_BOUNDARY_CLUSTER=kubeconfig|kind|self overrides the choice.
# Owns: cluster.env in the state folder, and the kind cluster named llm-boundary.
# Trusts: the KUBECONFIG it is given; the tests create and delete namespaces there.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

KIND_NAME=llm-boundary
usage() { sed -n '2,/^$/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

# why_not_*: empty when this kind of cluster can be had, else the reason.
why_not_kubeconfig() {
  local kubectl answer
  if [[ -z ${KUBECONFIG:-} ]]; then
    echo 'KUBECONFIG is not set'
  elif ! kubectl=$(find_command kubectl kubernetes); then
    echo 'there is no kubectl to ask it with'
  elif ! answer=$("$kubectl" --request-timeout=10s get --raw=/readyz 2>&1); then
    echo "the cluster of KUBECONFIG=$KUBECONFIG does not answer: $(tail -n 1 <<<"$answer" | cut -c1-200)"
  fi
}

why_not_kind() {
  local answer
  if ! type -P docker >/dev/null; then
    echo 'there is no docker command'
  elif ! answer=$(docker info --format '{{.ServerVersion}}' 2>&1); then
    echo "the Docker daemon does not answer: $(tail -n 1 <<<"$answer" | cut -c1-200)"
  elif ! find_command kind kind >/dev/null && ! type -P go >/dev/null; then
    echo 'there is neither kind nor Go to build it with'
  elif ! find_command kubectl kubernetes >/dev/null; then
    echo 'there is no kubectl on PATH'
  fi
}

why_not_self() {
  if [[ $(uname -s) != Linux ]]; then
    echo 'a cluster of our own needs Linux'
  elif [[ $(id -u) != 0 ]]; then
    echo 'a cluster of our own needs root'
  fi
}

write_env() {
  mkdir -p "$STATE"
  printf '%s\n' "$@" "CLUSTER_DIR=$STATE" "CLUSTER_PATH=$(tool_path)" "CLUSTER_ENTER=$HERE/enter.sh" >"$ENV_FILE.new"
  mv "$ENV_FILE.new" "$ENV_FILE"
  cat "$ENV_FILE"
  note "its settings: $ENV_FILE"
}

up_kubeconfig() { write_env CLUSTER_MODE=kubeconfig "KUBECONFIG=$KUBECONFIG"; }

up_kind() {
  local there
  [[ -n $(find_command kind kind) ]] || "$HERE/build.sh" kind
  [[ -n $(find_command helm helm) ]] || "$HERE/build.sh" helm
  # A failure to list is no proof that the cluster is not there.
  there=$("$HERE/kind.sh" list)
  if grep -qx "$KIND_NAME" <<<"$there"; then
    "$HERE/kind.sh" export "$KIND_NAME" "$STATE.kubeconfig" >&2
  else
    "$HERE/kind.sh" create "$KIND_NAME" "$STATE.kubeconfig" >&2
  fi
  write_env CLUSTER_MODE=kind "KUBECONFIG=$STATE.kubeconfig" "CLUSTER_KIND_NAME=$KIND_NAME"
}

up_self() { "$HERE/up.sh"; }

up() {
  local mode reason reasons=()
  if cluster_alive; then
    note 'using the self-built cluster: it is running'
    up_self
    return
  fi
  for mode in ${LLM_BOUNDARY_CLUSTER:-kubeconfig kind self}; do
    case $mode in kubeconfig | kind | self) ;; *) die "LLM_BOUNDARY_CLUSTER is '$mode'" 'kubeconfig, kind or self' ;; esac
    reason=$("why_not_$mode")
    if [[ -z $reason ]]; then
      note "using $mode${reasons[*]:+ because $(printf '%s; ' "${reasons[@]}" | sed 's/; $//')}"
      mkdir -p "$(dirname "$STATE")"
      "up_$mode"
      return
    fi
    reasons+=("$reason")
  done
  die "no cluster can be had: $(printf '%s; ' "${reasons[@]}")" 'docs/development.md lists the three ways to one'
}

# One line of cluster.env.
setting() { [[ ! -f $ENV_FILE ]] || sed -n "s/^$1=//p" "$ENV_FILE"; }

down() {
  case $(setting CLUSTER_MODE) in
    kind)
      "$HERE/kind.sh" delete "$(setting CLUSTER_KIND_NAME)" "$STATE.kubeconfig"
      rm -f "$ENV_FILE" "$STATE.kubeconfig"
      rmdir "$STATE"
      ;;
    kubeconfig)
      rm -f "$ENV_FILE"
      rmdir "$STATE"
      note 'the cluster of KUBECONFIG was not started here and stays'
      ;;
    *) "$HERE/down.sh" ;;
  esac
}

status() {
  local mode
  mode=$(setting CLUSTER_MODE)
  [[ $mode != self ]] || cluster_alive || mode=''
  if [[ -z $mode ]]; then
    note "no cluster is up (looked in $STATE)"
    exit 1
  fi
  cat "$ENV_FILE"
  if [[ -s $STATE/failed ]]; then
    note 'these have ended, which they should not:'
    cat "$STATE/failed" >&2
  fi
  "$HERE/enter.sh" kubectl get nodes,pods -A -o wide >&2
}

where() { printf '%s\n' "CLUSTER_DIR=$STATE" "CLUSTER_CGROUP=$(cluster_cgroup)"; }

action=${1:-}
[[ $# == 0 ]] || shift
case $action in
  up | down | status | where)
    [[ $# == 0 ]] || { usage >&2 && exit 2; }
    "$action"
    ;;
  enter) exec "$HERE/enter.sh" "$@" ;;
  build) exec "$HERE/build.sh" "$@" ;;
  image | load | push | current) exec "$HERE/images.sh" "$action" "$@" ;;
  dockerfile) exec "$HERE/dockerfile.sh" "$@" ;;
  -h | --help) usage ;;
  *) usage >&2 && exit 2 ;;
esac
