{{/*
What a pod's model container and its ports are, as webhook/src/pod/{model-container,ports}.ts find them, and what the sidecar's command
line and redirect's rules must then be, as webhook/src/inject/container/sidecar.ts and webhook/src/capture/redirect/ruleset.ts write them. The chart's suite holds both against each
other on a real API server.
*/}}
{{- define "llm-boundary.finalState" -}}
{{- $dual := eq .Values.injection.ipFamilies "dual" -}}
{{- $any := ternary "[::]" "0.0.0.0" $dual -}}
{{- $domain := .Values.injection.clusterDomain -}}
- name: annotations
  expression: 'has(object.metadata.annotations) ? object.metadata.annotations : {}'
- name: modelName
  expression: >-
    'llm-boundary.io/model-container' in variables.annotations ? variables.annotations['llm-boundary.io/model-container'] :
    [object.spec.containers.filter(c, !(c.name in ['cloud-sql-proxy', 'daprd', 'istio-proxy', 'kuma-sidecar', 'linkerd-proxy', 'otc-container', 'vault-agent']))]
    .map(own, size(own) == 0 ? object.spec.containers : own)
    .map(pool, pool.filter(c, has(c.ports) && c.ports.exists(p, !has(p.protocol) || p.protocol == 'TCP')) + pool)[0][0].name
- name: declared
  expression: >-
    object.spec.containers.filter(c, c.name == variables.modelName && has(c.ports)).map(c, c.ports.map(p, string(p.containerPort)))
- name: modelPorts
  expression: 'size(variables.declared) == 1 ? variables.declared[0] : []'
- name: wantedPorts
  expression: >-
    !('llm-boundary.io/model-ports' in variables.annotations) ? variables.modelPorts :
    variables.annotations['llm-boundary.io/model-ports'].trim() == 'none' ? [] :
    variables.annotations['llm-boundary.io/model-ports'].split(',').map(p, p.trim())
- name: args
  expression: >-
    variables.inits.filter(c, c.name == 'llm-boundary-sidecar' && has(c.args)).map(c, c.args).filter(a, size(a) > 0)
- name: sidecarArgs
  expression: 'size(variables.args) == 1 ? variables.args[0] : []'
- name: inbound
  expression: >-
    variables.sidecarArgs.filter(a, a.matches(r'^{{ $any | replace "." "\\." | replace "[" "\\[" | replace "]" "\\]" }}:[0-9]+=http://127\.0\.0\.1:[0-9]+$'))
- name: listens
  expression: "variables.inbound.map(v, v.split('=')[0].replace('{{ $any }}:', ''))"
- name: upstreams
  expression: "variables.inbound.map(v, v.split('=http://127.0.0.1:')[1])"
- name: guarded
  expression: 'variables.redirect ? variables.upstreams : variables.listens'
- name: opaque
  expression: >-
    variables.sidecarArgs.filter(a, a.matches(r'^{{ $any | replace "." "\\." | replace "[" "\\[" | replace "]" "\\]" }}:154[67][0-9]=[0-9]+$'))
- name: opaqueListens
  expression: "variables.opaque.map(v, v.split('=')[0].replace('{{ $any }}:', ''))"
- name: opaquePorts
  expression: "variables.opaque.map(v, v.split('=')[1])"
- name: commandHead
  expression: >-
    variables.inbound.map(v, '--inbound\n' + v + '\n').join('') + variables.opaque.map(v, '--inbound-tcp\n' + v + '\n').join('') + '--outbound\n'
    + {{ if $dual }}(variables.redirect ? '[::]:15420' : '127.0.0.1:15420'){{ else }}'127.0.0.1:15420'{{ end }}
    + '\n--admin\n{{ $any }}:15430\n--policy\n/etc/llm-boundary/policy\n--audit-dir\n/var/lib/llm-boundary/audit\n--audit-limit-mebibytes\n'
- name: commandTail
  expression: >-
    '^[0-9]{2,8}{{ if ne (toString .Values.sidecar.auditStdout) "false" }}\n--audit-stdout{{ end }}\n--drain-seconds\n[0-9]{1,4}'
    {{- if .Values.anchor.enabled }}
    + '\n--anchor\n{{ include "llm-boundary.anchorUrl" . | replace "." "[.]" }}\n--anchor-ca\n/etc/llm-boundary/anchor/ca[.]crt\n--anchor-token-file\n/etc/llm-boundary/anchor/token'
    {{- end }}
    {{- if has "any" .Values.injection.resolvers }}
    {{- else }}
    + '({{ range .Values.injection.resolvers }}\n--resolver\n{{ . | replace "." "[.]" }}{{ else }}(\n--resolver\n[0-9a-fA-F.:]+)+{{ end }}'
    + '\n--search\n' + object.metadata.namespace + '[.]svc[.]{{ $domain | replace "." "[.]" }}\n--search\nsvc[.]{{ $domain | replace "." "[.]" }}\n--search\n{{ $domain | replace "." "[.]" }})'
    {{- if not .Values.injection.resolvers }} + '?'{{ end }}
    {{- end }}
    + (variables.redirect ? '\n--canary\n127[.]0[.]0[.]1:15431{{ if $dual }}\n--canary\n\\[::1\\]:15431{{ end }}' : '')
    + '(\n--inbound-prefix\n(/[A-Za-z0-9_.~-]+)+)*'
    + '(\n--probe\n[a-z0-9-]+/(liveness|readiness|startup|post-start|pre-stop)=(http|https|tcp|grpc)://127[.]0[.]0[.]1:[0-9]+[^\n]*)*$'
- name: policyName
  expression: >-
    'llm-boundary.io/policy' in variables.annotations ? variables.annotations['llm-boundary.io/policy'] :
    namespaceObject != null && has(namespaceObject.metadata.annotations) && 'llm-boundary.io/policy' in namespaceObject.metadata.annotations
    ? namespaceObject.metadata.annotations['llm-boundary.io/policy'] : 'default'
- name: policyMode
  expression: >-
    'llm-boundary.io/mode' in variables.annotations ? variables.annotations['llm-boundary.io/mode'] :
    namespaceObject != null && has(namespaceObject.metadata.annotations) && 'llm-boundary.io/mode' in namespaceObject.metadata.annotations
    ? namespaceObject.metadata.annotations['llm-boundary.io/mode'] : 'policy'
- name: others
  expression: 'object.spec.containers.filter(c, c.name != variables.modelName) + variables.foreignInits'
- name: programs
  expression: >-
    variables.inits.filter(c, c.name == 'llm-boundary-net-init' && has(c.args) && size(c.args) == 1).map(c, c.args[0].split('\n'))
- name: program
  expression: 'size(variables.programs) == 1 ? variables.programs[0] : []'
- name: openTcp
  expression: "variables.program.filter(l, l.startsWith('    tcp dport {'))"
- name: openUdp
  expression: "variables.program.filter(l, l.startsWith('    udp dport {'))"
- name: resolvers4
  expression: variables.sidecarArgs.filter(a, a.matches(r'^[0-9]+\.[0-9.]+$'))
- name: resolvers6
  expression: variables.sidecarArgs.filter(a, a.matches(r'^[0-9a-fA-F]*:[0-9a-fA-F]*:[0-9a-fA-F:.]*$'))
- name: dns
  expression: >-
    size(variables.resolvers4) + size(variables.resolvers6) == 0 ? ['    meta l4proto { tcp, udp } th dport 53 accept'] :
    (size(variables.resolvers4) == 0 ? [] : ['    ip daddr { ' + variables.resolvers4.join(', ') + ' } meta l4proto { tcp, udp } th dport 53 accept'])
    + (size(variables.resolvers6) == 0 ? [] : ['    ip6 daddr { ' + variables.resolvers6.join(', ') + ' } meta l4proto { tcp, udp } th dport 53 accept'])
- name: neighbours
  expression: "['    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, nd-router-advert } accept']"
- name: rules
  expression: >-
    ['table inet llm_boundary', 'delete table inet llm_boundary', 'table inet llm_boundary {',
    '  chain arriving {', '    type nat hook prerouting priority dstnat; policy accept;']
    + variables.inbound.map(v, '    tcp dport ' + v.split('=http://127.0.0.1:')[1] + ' redirect to :' + v.split('=')[0].replace('{{ $any }}:', ''))
    + variables.opaque.map(v, '    tcp dport ' + v.split('=')[1] + ' redirect to :' + v.split('=')[0].replace('{{ $any }}:', ''))
    + ['  }', '  chain leaving {', '    type nat hook output priority -100; policy accept;', '    oifname "lo" tcp dport 15431 redirect to :15430',
    '    meta skuid 15400 meta skgid 15400 accept']
    + variables.inbound.map(v, '    fib daddr type local tcp dport ' + v.split('=http://127.0.0.1:')[1] + ' redirect to :' + v.split('=')[0].replace('{{ $any }}:', ''))
    + ['    fib daddr type local accept'] + variables.dns + ['    meta l4proto tcp redirect to :15420', '  }',
    '  chain input {', '    type filter hook input priority filter; policy drop;', '    iifname "lo" accept', '    ct state established,related accept']
    + variables.neighbours + variables.openTcp + variables.openUdp + ['    meta l4proto tcp reject with tcp reset', '  }',
    '  chain output {', '    type filter hook output priority filter; policy drop;', '    meta skuid 15400 meta skgid 15400 accept',
    '    tcp sport 15400-15499 meta skuid != 15400 drop', '    tcp sport 15400-15499 meta skgid != 15400 drop', '    ct state established,related accept']
    + (size(variables.upstreams) == 0 ? [] : ['    fib daddr type local tcp dport { ' + variables.upstreams.join(', ') + ' } reject with tcp reset'])
    + ['    fib daddr type local accept'] + variables.neighbours + variables.dns + ['    meta l4proto tcp reject with tcp reset', '  }', '}', '']
{{- end -}}

{{/* Port p is declared by another container than the model's, and not by the model's. */}}
{{- define "llm-boundary.cel.declaredElsewhere" -}}
(!(p in variables.guarded) && !(p in variables.modelPorts) && variables.others.exists(c, has(c.ports)
&& c.ports.exists(q, string(q.containerPort) == p && (has(q.protocol) ? q.protocol : 'TCP') == '{{ . }}')))
{{- end -}}
