//go:build tools

// Package tools keeps the command in go.mod; build.sh builds it.
package tools

import _ "helm.sh/helm/v3/cmd/helm"
