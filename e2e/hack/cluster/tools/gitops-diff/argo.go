package main

import (
	"context"

	"github.com/argoproj/gitops-engine/pkg/diff"
	"github.com/argoproj/gitops-engine/pkg/utils/kube"
	"github.com/argoproj/gitops-engine/pkg/utils/tracing"
	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/config"
)

// argoManager is the field manager that Argo CD applies with.
const argoManager = "argocd-controller"

// dryRunner asks the API server what a server-side apply would make of an object.
type dryRunner struct{ client client.Client }

func (d dryRunner) Run(ctx context.Context, object *unstructured.Unstructured, manager string) (string, error) {
	raw, err := object.MarshalJSON()
	if err != nil {
		return "", err
	}
	result := object.DeepCopy()
	patch := client.RawPatch(types.ApplyPatchType, raw)
	options := []client.PatchOption{client.FieldOwner(manager), client.ForceOwnership, client.DryRunAll}
	if err := d.client.Patch(ctx, result, patch, options...); err != nil {
		return "", err
	}
	text, err := result.MarshalJSON()
	return string(text), err
}

func argo(serverSide bool) (engine, error) {
	rest, err := config.GetConfig()
	if err != nil {
		return engine{}, err
	}
	direct, err := client.New(rest, client.Options{})
	if err != nil {
		return engine{}, err
	}
	name, options := "argo three-way", []diff.Option{diff.WithLogr(logr.Discard())}
	if serverSide {
		kubectl := &kube.KubectlCmd{Log: logr.Discard(), Tracer: tracing.NopTracer{}}
		_, parser, err := kubectl.LoadOpenAPISchema(rest)
		if err != nil {
			return engine{}, err
		}
		name = "argo server-side"
		options = append(options,
			diff.WithServerSideDiff(true),
			diff.WithServerSideDryRunner(dryRunner{direct}),
			diff.WithManager(argoManager),
			diff.WithGVKParser(parser),
		)
	}
	return engine{name, func(ctx context.Context, wanted *unstructured.Unstructured) (string, error) {
		live := &unstructured.Unstructured{}
		live.SetGroupVersionKind(wanted.GroupVersionKind())
		if err := direct.Get(ctx, client.ObjectKeyFromObject(wanted), live); err != nil {
			return "", err
		}
		result, err := diff.Diff(wanted, live, options...)
		if err != nil || !result.Modified {
			return "", err
		}
		return both(result.PredictedLive, result.NormalizedLive), nil
	}}, nil
}
