//go:build tools

// Package tools keeps the command in go.mod; build.sh builds it.
package tools

import _ "github.com/VictoriaMetrics/VictoriaLogs/app/victoria-logs"
