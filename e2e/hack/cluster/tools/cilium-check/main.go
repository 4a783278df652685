// Command cilium-check reads YAML files and says whether Cilium v1.18 would
// take every policy in them: unknown and repeated fields are refused, then each
// rule goes through Cilium's own Parse and Sanitize. It needs no cluster.
//
// Exit 0: all policies are good. Exit 1: one is not, and stderr says which file,
// which document and why. Exit 2: wrong usage.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/cilium/cilium/pkg/fqdn/re"
	ciliumv2 "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/v2"
	"github.com/cilium/cilium/pkg/policy/api"
	"k8s.io/apimachinery/pkg/apis/meta/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

func main() {
	if len(os.Args) < 2 || os.Args[1] == "-h" || os.Args[1] == "--help" {
		fmt.Fprintln(os.Stderr, "usage: cilium-check FILE.yaml...")
		os.Exit(2)
	}
	// Sanitize compiles FQDN patterns through this cache, and refuses to without it.
	if err := re.InitRegexCompileLRU(slog.New(slog.DiscardHandler), 1024); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	failed := false
	for _, path := range os.Args[1:] {
		count, err := checkFile(path)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", path, err)
			failed = true
			continue
		}
		fmt.Printf("%s: %d policies accepted\n", path, count)
	}
	if failed {
		os.Exit(1)
	}
}

// checkFile returns how many policies the file holds; a file without any is an
// error, so that a renamed or empty file cannot pass for a checked one.
func checkFile(path string) (int, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	count := 0
	for document := 1; ; document++ {
		raw, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return count, fmt.Errorf("document %d: %w", document, err)
		}
		checked, err := checkDocument(raw)
		if err != nil {
			return count, fmt.Errorf("document %d: %w", document, err)
		}
		if checked {
			count++
		}
	}
	if count == 0 {
		return 0, errors.New("no Cilium policy in this file")
	}
	return count, nil
}

// checkDocument returns false for a document that holds only comments.
func checkDocument(raw []byte) (bool, error) {
	var tree any
	if err := yaml.UnmarshalStrict(raw, &tree); err != nil {
		return false, err
	}
	if tree == nil {
		return false, nil
	}
	var head v1.TypeMeta
	if err := yaml.Unmarshal(raw, &head); err != nil {
		return false, err
	}
	if head.APIVersion != "cilium.io/v2" {
		return false, fmt.Errorf("apiVersion is %q, expected cilium.io/v2", head.APIVersion)
	}
	if err := checkSelectors("", tree); err != nil {
		return false, err
	}
	rules, err := parse(head.Kind, raw)
	if err != nil {
		return false, err
	}
	if len(rules) == 0 {
		return false, errors.New("the policy has no rules")
	}
	return true, nil
}

func parse(kind string, raw []byte) (api.Rules, error) {
	logger := slog.New(slog.DiscardHandler)
	switch kind {
	case "CiliumNetworkPolicy":
		var policy ciliumv2.CiliumNetworkPolicy
		if err := yaml.UnmarshalStrict(raw, &policy); err != nil {
			return nil, err
		}
		// Without a namespace Cilium's Parse takes the policy for a cluster-wide
		// one and skips rules that hold for namespaced policies only.
		if policy.Namespace == "" {
			policy.Namespace = "default"
		}
		return policy.Parse(logger, "default")
	case "CiliumClusterwideNetworkPolicy":
		var policy ciliumv2.CiliumClusterwideNetworkPolicy
		if err := yaml.UnmarshalStrict(raw, &policy); err != nil {
			return nil, err
		}
		return policy.Parse(logger, "default")
	default:
		return nil, fmt.Errorf("kind is %q, expected CiliumNetworkPolicy or CiliumClusterwideNetworkPolicy", kind)
	}
}

// selectorFields hold label selectors. Cilium decodes those by a custom
// UnmarshalJSON, which strict decoding does not reach: a misspelt matchLabels
// would be dropped and the selector would match every pod.
var selectorFields = map[string]bool{
	"endpointSelector": true, "nodeSelector": true,
	"fromEndpoints": true, "toEndpoints": true,
	"fromNodes": true, "toNodes": true,
	"fromRequires": true, "toRequires": true,
}

func checkSelectors(path string, node any) error {
	switch value := node.(type) {
	case map[string]any:
		for key, child := range value {
			childPath := path + "." + key
			if selectorFields[key] {
				if err := checkSelector(childPath, child); err != nil {
					return err
				}
				continue
			}
			if err := checkSelectors(childPath, child); err != nil {
				return err
			}
		}
	case []any:
		for i, child := range value {
			if err := checkSelectors(fmt.Sprintf("%s[%d]", path, i), child); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkSelector(path string, node any) error {
	switch value := node.(type) {
	case []any:
		for i, child := range value {
			if err := checkSelector(fmt.Sprintf("%s[%d]", path, i), child); err != nil {
				return err
			}
		}
	case map[string]any:
		for key := range value {
			if key != "matchLabels" && key != "matchExpressions" {
				return fmt.Errorf("%s: unknown field %q", path, key)
			}
		}
	}
	return nil
}
