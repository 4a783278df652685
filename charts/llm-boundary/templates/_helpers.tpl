{{- define "llm-boundary.selector" -}}
app.kubernetes.io/name: llm-boundary
app.kubernetes.io/component: webhook
{{- end -}}

{{- define "llm-boundary.anchorSelector" -}}
app.kubernetes.io/name: llm-boundary
app.kubernetes.io/component: anchor
{{- end -}}

{{- define "llm-boundary.consoleSelector" -}}
app.kubernetes.io/name: llm-boundary
app.kubernetes.io/component: console
{{- end -}}

{{/* Where sidecars find it. */}}
{{- define "llm-boundary.anchorUrl" -}}
https://llm-boundary-anchor.{{ .Release.Namespace }}.svc
{{- end -}}

{{- define "llm-boundary.labels" -}}
app.kubernetes.io/name: llm-boundary
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: llm-boundary
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{/* An image as a container names it. Fails where the repository is missing: no registry is assumed. */}}
{{- define "llm-boundary.image" -}}
{{- if not .repository -}}
{{- fail (cat "image.repository and sidecar.image.repository are required: no public registry is assumed. Build and push both, then name them."
  "\n  for i in webhook sidecar; do docker build -f $i/Dockerfile -t REGISTRY/llm-boundary/$i:0.1.0 . && docker push REGISTRY/llm-boundary/$i:0.1.0; done"
  "\n  helm install … --set image.repository=REGISTRY/llm-boundary/webhook --set sidecar.image.repository=REGISTRY/llm-boundary/sidecar") -}}
{{- end -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag }}{{ end -}}
{{- end -}}

{{/*
Images that count as the sidecar's beside its own: those of the values, and that of the release that runs now. While replicas are replaced, the
old ones go on to inject it. Nothing is found where a chart is rendered without a cluster.
*/}}
{{- define "llm-boundary.acceptedImages" -}}
{{- $own := include "llm-boundary.image" .Values.sidecar.image -}}
{{- $accepted := .Values.sidecar.acceptedImages | default list -}}
{{- $running := lookup "apps/v1" "Deployment" .Release.Namespace "llm-boundary-webhook" -}}
{{- range dig "spec" "template" "spec" "containers" (list) $running -}}
{{- range (.args | default list) -}}
{{- if hasPrefix "--sidecar-image=" . -}}{{- $accepted = append $accepted (trimPrefix "--sidecar-image=" .) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- without $accepted $own | uniq | toJson -}}
{{- end -}}

{{/* Namespaces that nothing of ours looks at. */}}
{{- define "llm-boundary.excluded" -}}
{{- concat (list "kube-system" "kube-public" "kube-node-lease" .Release.Namespace) .Values.injection.excludedNamespaces | uniq | toJson -}}
{{- end -}}

{{- define "llm-boundary.notExcluded" -}}
- key: kubernetes.io/metadata.name
  operator: NotIn
  values: {{ include "llm-boundary.excluded" . }}
{{- end -}}

{{- define "llm-boundary.securityContext" -}}
allowPrivilegeEscalation: false
capabilities: { drop: [ALL] }
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{/* Secrets that are made at run time: by the webhook, or by cert-manager, which leaves them behind. */}}
{{- define "llm-boundary.secrets" -}}
{{- if not .Values.certificates.certManager.enabled -}}
llm-boundary-webhook-ca{{ if .Values.anchor.enabled }},llm-boundary-anchor-ca{{ end }}
{{- else -}}
llm-boundary-webhook-tls{{ if not .Values.certificates.certManager.issuerRef }},llm-boundary-webhook-issuer{{ end }}
{{- end -}}
{{- end }}

{{/* Variables of OpenTelemetry for sidecars, as JSON by name; none without an endpoint. */}}
{{- define "llm-boundary.otel" -}}
{{- $all := dict -}}
{{- with .Values.sidecar.otel -}}
{{- if .endpoint -}}
{{- $all = merge (dict "OTEL_EXPORTER_OTLP_ENDPOINT" .endpoint) (.variables | default dict) -}}
{{- with .tracesSampler }}{{ $_ := set $all "OTEL_TRACES_SAMPLER" . }}{{ end -}}
{{- with toString .tracesSamplerArg }}{{ $_ := set $all "OTEL_TRACES_SAMPLER_ARG" . }}{{ end -}}
{{- if .guardrails }}{{ $_ := set $all "LLM_BOUNDARY_OTEL_GUARDRAILS" "true" }}{{ end -}}
{{- end -}}
{{- end -}}
{{- $all | toJson -}}
{{- end -}}
