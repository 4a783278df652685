// Command dapr-inject reads one Pod from standard input and writes it as JSON with
// Dapr's sidecar, as Dapr's admission webhook would: Dapr's own patcher, with the
// settings that its chart gives the injector. A pod without the annotation
// dapr.io/enabled comes back as it was.
//
// Exit 0: written. Exit 1: it could not be injected, and stderr says why.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/dapr/dapr/pkg/injector/patcher"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	var pod corev1.Pod
	if err := yaml.Unmarshal(text, &pod); err != nil {
		return err
	}
	sidecar := patcher.NewSidecarConfig(&pod)
	sidecar.Namespace = pod.Namespace
	sidecar.Identity = pod.Namespace + ":default"
	sidecar.SidecarImage = "docker.io/daprio/daprd:1.14.0"
	sidecar.ImagePullPolicy = corev1.PullIfNotPresent
	sidecar.MTLSEnabled = true
	sidecar.RunAsNonRoot = true
	sidecar.ReadOnlyRootFilesystem = true
	sidecar.SidecarDropALLCapabilities = true
	sidecar.OperatorAddress = "dapr-api.dapr-system.svc.cluster.local:443"
	sidecar.SentryAddress = "dapr-sentry.dapr-system.svc.cluster.local:443"
	sidecar.PlacementAddress = "dapr-placement-server.dapr-system.svc.cluster.local:50005"
	sidecar.ControlPlaneNamespace = "dapr-system"
	sidecar.ControlPlaneTrustDomain = "cluster.local"
	sidecar.SetFromPodAnnotations()
	if sidecar.NeedsPatching() {
		patch, err := sidecar.GetPatch()
		if err != nil {
			return err
		}
		patched, err := patcher.PatchPod(&pod, patch)
		if err != nil {
			return err
		}
		pod = *patched
	}
	return json.NewEncoder(os.Stdout).Encode(pod)
}
