// Command istio-inject reads manifests from standard input and writes them with
// Istio's sidecar, as `istioctl kube-inject` would: Istio's own injection code,
// with the template, the values and the mesh configuration of its own chart.
//
// Exit 0: all are injected or left alone. Exit 1: one could not be, and stderr
// says why.
package main

import (
	"fmt"
	"io/fs"
	"os"
	"path"

	"istio.io/istio/manifests"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/kube/inject"
	"sigs.k8s.io/yaml"
)

const chart = "charts/istio-control/istio-discovery"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	template, err := fs.ReadFile(manifests.FS, path.Join(chart, "files/injection-template.yaml"))
	if err != nil {
		return err
	}
	templates, err := inject.ParseTemplates(inject.RawTemplates{inject.SidecarTemplateName: string(template)})
	if err != nil {
		return err
	}
	values, err := values()
	if err != nil {
		return err
	}
	warn := func(text string) { fmt.Fprint(os.Stderr, text) }
	return inject.IntoResourceFile(nil, templates, values, "", mesh.DefaultMeshConfig(), os.Stdin, os.Stdout, warn)
}

// values are the chart's own defaults; what a release always sets is set.
func values() (inject.ValuesConfig, error) {
	text, err := fs.ReadFile(manifests.FS, path.Join(chart, "values.yaml"))
	if err != nil {
		return inject.ValuesConfig{}, err
	}
	var file struct {
		Defaults map[string]any `json:"_internal_defaults_do_not_set"`
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		return inject.ValuesConfig{}, err
	}
	global, ok := file.Defaults["global"].(map[string]any)
	if !ok {
		return inject.ValuesConfig{}, fmt.Errorf("%s/values.yaml has no defaults for global", chart)
	}
	global["hub"], global["tag"] = "docker.io/istio", "1.30.0"
	merged, err := yaml.Marshal(file.Defaults)
	if err != nil {
		return inject.ValuesConfig{}, err
	}
	return inject.NewValuesConfig(string(merged))
}
