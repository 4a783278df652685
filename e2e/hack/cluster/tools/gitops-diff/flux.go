package main

import (
	"context"
	"fmt"

	"github.com/fluxcd/pkg/ssa"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/config"
)

// owner is Flux's kustomize-controller.
var owner = ssa.Owner{Field: "kustomize-controller", Group: "kustomize.toolkit.fluxcd.io"}

func manager() (*ssa.ResourceManager, error) {
	rest, err := config.GetConfig()
	if err != nil {
		return nil, err
	}
	direct, err := client.New(rest, client.Options{})
	if err != nil {
		return nil, err
	}
	return ssa.NewResourceManager(direct, nil, owner), nil
}

func fluxApply(ctx context.Context, objects []*unstructured.Unstructured) error {
	manager, err := manager()
	if err != nil {
		return err
	}
	changes, err := manager.ApplyAll(ctx, objects, ssa.DefaultApplyOptions())
	if err != nil {
		return err
	}
	fmt.Printf("flux: %d objects applied\n", len(changes.Entries))
	return nil
}

func flux() (engine, error) {
	manager, err := manager()
	if err != nil {
		return engine{}, err
	}
	return engine{"flux", func(ctx context.Context, wanted *unstructured.Unstructured) (string, error) {
		entry, live, merged, err := manager.Diff(ctx, wanted, ssa.DefaultDiffOptions())
		if err != nil || entry.Action == ssa.UnchangedAction {
			return "", err
		}
		if live == nil || merged == nil {
			return string(entry.Action), nil
		}
		liveText, err := live.MarshalJSON()
		if err != nil {
			return "", err
		}
		mergedText, err := merged.MarshalJSON()
		if err != nil {
			return "", err
		}
		return both(mergedText, liveText), nil
	}}, nil
}
