//go:build tools

// Package tools keeps the command in go.mod; build.sh builds it.
package tools

import _ "go.etcd.io/etcd/server/v3"
