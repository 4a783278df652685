{{/* CEL that several policies share. Written on one line each where a list of them is joined. */}}

{{/* Containers of ours by name; a sidecar among foreign ones is caught by name. */}}
{{- define "llm-boundary.cel.inits" -}}
(has(object.spec.initContainers) ? object.spec.initContainers : [])
{{- end -}}

{{- define "llm-boundary.cel.exempt" -}}
(has(object.metadata.annotations) && 'llm-boundary.io/exempt' in object.metadata.annotations
&& object.metadata.annotations['llm-boundary.io/exempt'] == 'true'
&& (authorizer.group('llm-boundary.io').resource('boundaries').namespace(request.namespace).check('exempt').allowed()
|| authorizer.serviceAccount(request.namespace, has(object.spec.serviceAccountName) && object.spec.serviceAccountName != '' ? object.spec.serviceAccountName : 'default').group('llm-boundary.io').resource('boundaries').namespace(request.namespace).check('exempt').allowed()))
{{- end -}}

{{/* User and group of container c: its own, else the pod's; -1: only the image knows. */}}
{{- define "llm-boundary.cel.user" -}}
(has(c.securityContext) && has(c.securityContext.runAsUser) ? c.securityContext.runAsUser : variables.podUser)
{{- end -}}
{{- define "llm-boundary.cel.group" -}}
(has(c.securityContext) && has(c.securityContext.runAsGroup) ? c.securityContext.runAsGroup : variables.podGroup)
{{- end -}}

{{/* Container c is not the sidecar's user, nor its group where only the image knows the user. */}}
{{- define "llm-boundary.cel.otherUser" -}}
({{ include "llm-boundary.cel.user" . }} != 15400 && ({{ include "llm-boundary.cel.user" . }} != -1 || {{ include "llm-boundary.cel.group" . }} != 15400))
{{- end -}}

{{/*
What webhook/src/inject/security.ts calls strong: with one of these c could undo redirect or become the sidecar's UID. With "kept", c may
change its user and gain privileges.
*/}}
{{- define "llm-boundary.cel.weak" -}}
{{- $setuid := ternary "" ", 'SETUID'" (.kept | default false) -}}
(has(c.securityContext) && ({{ include "llm-boundary.cel.user" . }} != -1 || {{ include "llm-boundary.cel.group" . }} != -1)
&& !(has(c.securityContext.privileged) && c.securityContext.privileged)
{{- if not .kept }}
&& has(c.securityContext.allowPrivilegeEscalation) && !c.securityContext.allowPrivilegeEscalation
{{- end }}
&& !(has(c.securityContext.capabilities) && has(c.securityContext.capabilities.add)
&& c.securityContext.capabilities.add.exists(name, name.upperAscii().replace('CAP_', '') in ['ALL', 'BPF', 'DAC_READ_SEARCH', 'NET_ADMIN', 'NET_RAW', 'SETFCAP', 'SETPCAP'{{ $setuid }}, 'SYS_ADMIN', 'SYS_MODULE', 'SYS_PTRACE', 'SYS_RAWIO']))
&& ({{ include "llm-boundary.cel.user" . }} > 0
|| (has(c.securityContext.capabilities) && has(c.securityContext.capabilities.drop)
&& (c.securityContext.capabilities.drop.exists(name, name.upperAscii() == 'ALL')
|| ['NET_RAW', 'SETFCAP', 'SETPCAP'{{ $setuid }}].all(name, c.securityContext.capabilities.drop.exists(d, d.upperAscii().replace('CAP_', '') == name))))))
{{- end -}}

{{/* Container c of a pod is weak, or is one that keeps privileges and otherwise weak. */}}
{{- define "llm-boundary.cel.weakInPod" -}}
{{- if .Values.injection.keepPrivileges -}}
(c.name in variables.kept ? {{ include "llm-boundary.cel.weak" (dict "kept" true) }} : {{ include "llm-boundary.cel.weak" dict }})
{{- else -}}
{{ include "llm-boundary.cel.weak" dict }}
{{- end -}}
{{- end -}}

{{- define "llm-boundary.cel.noOwnVolume" -}}
(!has(c.volumeMounts) || !c.volumeMounts.exists(m, m.name.startsWith('llm-boundary-')))
{{- end -}}

{{/* What webhook/src/inject/host-paths.ts refuses: the path itself, what is in it, and what it is in. */}}
{{- define "llm-boundary.cel.hostPath" -}}
{{- $s := `/(\./|/)*` -}}
v.hostPath.path.matches(r'^{{ $s }}((var({{ $s }}lib)?|etc|opt){{ $s }})?\.?$') || v.hostPath.path.matches(r'^{{ $s }}(var({{ $s }}lib)?|etc|opt)$')
|| v.hostPath.path.matches(r'^{{ $s }}(proc|run|var{{ $s }}run|var{{ $s }}lib{{ $s }}(containerd|containers|docker|k0s|kubelet|rancher)|etc{{ $s }}(cni|kubernetes)|opt{{ $s }}cni)(/.*)?$')
{{- end -}}

{{- define "llm-boundary.podUsers" -}}
- name: podUser
  expression: 'has(object.spec.securityContext) && has(object.spec.securityContext.runAsUser) ? object.spec.securityContext.runAsUser : -1'
- name: podGroup
  expression: 'has(object.spec.securityContext) && has(object.spec.securityContext.runAsGroup) ? object.spec.securityContext.runAsGroup : -1'
{{- end -}}

{{- define "llm-boundary.policyHead" -}}
failurePolicy: Fail
matchConstraints:
  matchPolicy: Equivalent
  namespaceSelector:
    matchExpressions:
      {{- include "llm-boundary.notExcluded" .root | nindent 6 }}
  resourceRules:
    - { apiGroups: [''], apiVersions: [v1], operations: {{ toJson .operations }}, resources: {{ toJson .resources }}, scope: {{ .scope | default "Namespaced" | quote }} }
{{- end -}}

{{- define "llm-boundary.binding" -}}
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: {{ .name }}
  labels: {{- include "llm-boundary.labels" .root | nindent 4 }}
spec:
  policyName: {{ .policy | default .name }}
  validationActions: [Deny]
{{- end -}}

{{/* As webhook/src/pod/own-image.ts: c has an image of this installation, with a digest or without where none is named. */}}
{{- define "llm-boundary.cel.ownImage" -}}
{{- $named := prepend (include "llm-boundary.acceptedImages" . | fromJsonArray) (include "llm-boundary.image" .Values.sidecar.image) -}}
{{- $pinnable := list -}}
{{- range $named -}}
{{- if not (contains "@" .) -}}
{{- $pinnable = concat $pinnable (list (regexQuoteMeta .) (regexReplaceAll ":[^:/@]*$" . "" | regexQuoteMeta)) -}}
{{- end -}}
{{- end -}}
(c.image in ['{{ join "', '" $named }}']{{ if $pinnable }} || c.image.matches(r'^({{ join "|" ($pinnable | uniq) }})@sha256:[0-9a-f]{64}$'){{ end }})
{{- end }}
