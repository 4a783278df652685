// The sandbox container's program; no dependencies.
module github.com/llm-boundary/llm-boundary/e2e/cluster/tools/pause

go 1.26.0
