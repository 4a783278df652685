{{- define "llm-boundary.selector" -}}
app.kubernetes.io/name: llm-boundary
app.kubernetes.io/component: webhook
{{- end -}}

{{- define "llm-boundary.labels" -}}
app.kubernetes.io/name: llm-boundary
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: llm-boundary
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "llm-boundary.image" -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag }}{{ end -}}
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
llm-boundary-webhook-ca
{{- else -}}
llm-boundary-webhook-tls{{ if not .Values.certificates.certManager.issuerRef }},llm-boundary-webhook-issuer{{ end }}
{{- end -}}
{{- end }}
