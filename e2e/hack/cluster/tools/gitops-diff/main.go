// Command gitops-diff asks Argo CD's and Flux's own engines whether the objects of
// a manifest have drifted in a cluster, the one of KUBECONFIG.
//
//	gitops-diff argo FILE              Argo CD's three-way diff, its default (after a client-side apply)
//	gitops-diff argo-server-side FILE  Argo CD's server-side diff (after a server-side apply by argocd-controller)
//	gitops-diff flux-apply FILE        applies the objects as Flux's kustomize-controller does
//	gitops-diff flux FILE              Flux's drift detection
//
// Exit 0: no drift, and stdout says of how many objects. Exit 1: drift or an error;
// stderr names each object that differs, with both texts. Exit 2: wrong usage.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
)

// engine says whether one object has drifted; empty: it has not.
type engine struct {
	name  string
	drift func(context.Context, *unstructured.Unstructured) (string, error)
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: gitops-diff argo|argo-server-side|flux-apply|flux FILE")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, action, path string) error {
	objects, err := read(path)
	if err != nil {
		return err
	}
	var engine engine
	switch action {
	case "argo":
		engine, err = argo(false)
	case "argo-server-side":
		engine, err = argo(true)
	case "flux":
		engine, err = flux()
	case "flux-apply":
		return fluxApply(ctx, objects)
	default:
		return fmt.Errorf("%q is neither argo, argo-server-side, flux-apply nor flux", action)
	}
	if err != nil {
		return err
	}
	drifted := 0
	for _, object := range objects {
		text, err := engine.drift(ctx, object.DeepCopy())
		if err != nil {
			return fmt.Errorf("%s: %s: %w", engine.name, id(object), err)
		}
		if text != "" {
			drifted++
			fmt.Fprintf(os.Stderr, "%s: %s has drifted:\n%s\n", engine.name, id(object), text)
		}
	}
	fmt.Printf("%s: %d objects compared\n", engine.name, len(objects))
	if drifted > 0 {
		return fmt.Errorf("%d objects have drifted", drifted)
	}
	return nil
}

// read returns the file's objects; a file without any is an error, so that an
// empty one cannot pass for one without drift.
func read(path string) ([]*unstructured.Unstructured, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(content)))
	var objects []*unstructured.Unstructured
	for {
		raw, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		object := &unstructured.Unstructured{}
		if err := utilyaml.Unmarshal(raw, &object.Object); err != nil {
			return nil, err
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
	if len(objects) == 0 {
		return nil, fmt.Errorf("%s: no objects in this file", path)
	}
	return objects, nil
}

func id(object *unstructured.Unstructured) string {
	return fmt.Sprintf("%s %s/%s", object.GetKind(), object.GetNamespace(), object.GetName())
}

func both(predicted, live []byte) string {
	return fmt.Sprintf("  wanted: %s\n  live:   %s", compact(predicted), compact(live))
}

func compact(text []byte) string {
	var buffer bytes.Buffer
	if json.Compact(&buffer, text) != nil {
		return string(text)
	}
	return buffer.String()
}
