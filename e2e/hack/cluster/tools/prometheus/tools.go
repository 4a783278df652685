//go:build tools

// Package tools keeps the command in go.mod; build.sh builds it.
package tools

import _ "github.com/prometheus/prometheus/cmd/prometheus"
