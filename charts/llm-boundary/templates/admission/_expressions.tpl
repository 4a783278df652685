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

{{/* The user of container c is not the sidecar's: its own runAsUser, else the pod's. */}}
{{- define "llm-boundary.cel.otherUser" -}}
(has(c.securityContext) && has(c.securityContext.runAsUser) ? c.securityContext.runAsUser != 15400 : variables.podUser != 15400)
{{- end -}}

{{/* What webhook/src/inject/security.ts calls strong: with one of these c could undo redirect or become the sidecar's UID. */}}
{{- define "llm-boundary.cel.weak" -}}
(has(c.securityContext)
&& !(has(c.securityContext.privileged) && c.securityContext.privileged)
&& has(c.securityContext.allowPrivilegeEscalation) && !c.securityContext.allowPrivilegeEscalation
&& !(has(c.securityContext.capabilities) && has(c.securityContext.capabilities.add)
&& c.securityContext.capabilities.add.exists(name, name.upperAscii().replace('CAP_', '') in ['ALL', 'BPF', 'NET_ADMIN', 'NET_RAW', 'SETFCAP', 'SETPCAP', 'SETUID', 'SYS_ADMIN', 'SYS_MODULE', 'SYS_PTRACE', 'SYS_RAWIO']))
&& ((has(c.securityContext.runAsUser) ? c.securityContext.runAsUser : variables.podUser) > 0
|| (has(c.securityContext.capabilities) && has(c.securityContext.capabilities.drop)
&& (c.securityContext.capabilities.drop.exists(name, name.upperAscii() == 'ALL')
|| ['NET_RAW', 'SETFCAP', 'SETPCAP', 'SETUID'].all(name, c.securityContext.capabilities.drop.exists(d, d.upperAscii().replace('CAP_', '') == name))))))
{{- end -}}

{{- define "llm-boundary.cel.noOwnVolume" -}}
(!has(c.volumeMounts) || !c.volumeMounts.exists(m, m.name.startsWith('llm-boundary-')))
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
