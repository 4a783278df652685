#!/usr/bin/env bash
# pki.sh DIR IP...: one CA and every certificate and kubeconfig of the self-built
# cluster, in DIR. IP...: the addresses of the API server and of the kubelet.
#
# Owns: DIR, which must not exist yet; readable by its owner alone.
# Trusts: openssl. The keys serve one short-lived cluster on this machine: the CA
# signs for anything, and whoever can read DIR is that cluster's administrator.

# shellcheck source=lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[[ $# -ge 2 ]] || { note 'usage: pki.sh DIR IP...' && exit 2; }
dir=$1
shift
[[ ! -e $dir ]] || die "$dir exists already" "remove it, or give another folder"
umask 077
mkdir -p "$dir"
cd "$dir"

days=30
key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

key ca
openssl req -x509 -new -key ca.key -subj /CN=llm-boundary-cluster -days "$days" -sha256 -out ca.crt

# certificate NAME SUBJECT USAGE [SUBJECT-ALT-NAMES]
certificate() {
  local name=$1 subject=$2 usage=$3 names=${4:-}
  key "$name"
  {
    echo basicConstraints=critical,CA:FALSE
    echo keyUsage=critical,digitalSignature
    echo "extendedKeyUsage=$usage"
    [[ -z $names ]] || echo "subjectAltName=$names"
  } >"$name.ext"
  openssl req -new -key "$name.key" -subj "$subject" |
    openssl x509 -req -CA ca.crt -CAkey ca.key -set_serial "0x$(openssl rand -hex 15)" \
      -days "$days" -sha256 -extfile "$name.ext" -out "$name.crt" 2>openssl.log ||
    die "openssl could not sign $name: $(<openssl.log)"
  rm -f "$name.ext" openssl.log
}

# kubeconfig NAME: for the certificate of that name.
kubeconfig() {
  cat >"$1.kubeconfig" <<EOF
apiVersion: v1
kind: Config
current-context: llm-boundary
contexts: [{ name: llm-boundary, context: { cluster: llm-boundary, user: $1 } }]
clusters:
  - name: llm-boundary
    cluster:
      server: https://127.0.0.1:6443
      certificate-authority-data: $(base64 -w0 ca.crt)
users:
  - name: $1
    user:
      client-certificate-data: $(base64 -w0 "$1.crt")
      client-key-data: $(base64 -w0 "$1.key")
EOF
}

addresses=$(printf ',IP:%s' "$@")
certificate apiserver /CN=kube-apiserver serverAuth \
  "DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,DNS:localhost,IP:127.0.0.1,IP:10.96.0.1$addresses"
certificate kubelet-server /CN=node-1 serverAuth "DNS:node-1${addresses}"
certificate apiserver-kubelet /O=system:masters/CN=apiserver-kubelet clientAuth
certificate admin /O=system:masters/CN=admin clientAuth
certificate kubelet /O=system:nodes/CN=system:node:node-1 clientAuth
certificate controller-manager /CN=system:kube-controller-manager clientAuth
certificate scheduler /CN=system:kube-scheduler clientAuth
certificate proxy /CN=system:kube-proxy clientAuth
for name in admin kubelet controller-manager scheduler proxy; do kubeconfig "$name"; done
# Signs service-account tokens.
key service-account
openssl ec -in service-account.key -pubout -out service-account.pub 2>/dev/null
