import type { CommandSpec } from './commands/flags/flags.ts';
import { LOG_LEVELS } from './telemetry/log.ts';

const FLAGS = [
  {
    name: 'inbound',
    env: 'LLM_BOUNDARY_INBOUND',
    kind: 'text',
    repeatable: true,
    value: 'LISTEN=UPSTREAM',
    describe:
      'Listener for clients and the model server behind it, such as 0.0.0.0:15410=http://127.0.0.1:8000.',
  },
  {
    name: 'inbound-tcp',
    env: 'LLM_BOUNDARY_INBOUND_TCP',
    kind: 'text',
    repeatable: true,
    value: 'LISTEN=PORT',
    describe:
      'Listener for a port of this pod that speaks another protocol than HTTP, such as 0.0.0.0:15460=6379. Connections are accepted only while endpoints.tcp lists the port.',
  },
  {
    name: 'inbound-prefix',
    env: 'LLM_BOUNDARY_INBOUND_PREFIX',
    kind: 'text',
    repeatable: true,
    value: 'PATH',
    describe:
      'Path under which the model server serves the routes of known APIs, such as /team/llm. They are inspected there as well, on the inbound listener alone; beside endpoints.prefixes of the policy.',
  },
  {
    name: 'outbound',
    env: 'LLM_BOUNDARY_OUTBOUND',
    kind: 'text',
    value: 'LISTEN',
    describe: 'Listener for outbound requests of the model container. Default: none.',
  },
  {
    name: 'admin',
    env: 'LLM_BOUNDARY_ADMIN',
    kind: 'text',
    value: 'LISTEN',
    describe: 'Listener for /healthz, /readyz and /metrics. Default: 127.0.0.1:15430.',
  },
  {
    name: 'policy',
    env: 'LLM_BOUNDARY_POLICY',
    kind: 'text',
    required: true,
    value: 'PATH',
    describe: 'A policy file, or the folder that a ConfigMap is mounted on.',
  },
  {
    name: 'policy-name',
    env: 'LLM_BOUNDARY_POLICY_NAME',
    kind: 'text',
    value: 'NAME',
    describe: 'Name of the policy in audit records and metrics. Default: default.',
  },
  {
    name: 'audit-dir',
    env: 'LLM_BOUNDARY_AUDIT_DIR',
    kind: 'text',
    value: 'DIR',
    describe:
      'Folder of the audit log. Default: none; the audit log is then written to standard output only.',
  },
  {
    name: 'audit-limit-mebibytes',
    env: 'LLM_BOUNDARY_AUDIT_LIMIT_MEBIBYTES',
    kind: 'number',
    range: [64, 1_048_576],
    describe:
      'Size limit of the audit folder. Keep it below the size limit of the volume: the kubelet evicts a pod that exceeds that. Default: 448.',
  },
  {
    name: 'audit-stdout',
    env: 'LLM_BOUNDARY_AUDIT_STDOUT',
    kind: 'switch',
    describe:
      'Also write the audit log to standard output, unless the policy has `audit.sinks` without `stdout`.',
  },
  {
    name: 'audit-commitment-key',
    env: 'LLM_BOUNDARY_AUDIT_COMMITMENT_KEY',
    kind: 'text',
    value: 'FILE',
    describe:
      'File with the key of the body commitments, 64 hex digits. Default: generated in the audit folder on first use.',
  },
  {
    name: 'audit-digest-key',
    env: 'LLM_BOUNDARY_AUDIT_DIGEST_KEY',
    kind: 'text',
    value: 'FILE',
    describe:
      'File with the key of the digests of tool arguments, 64 hex digits, read at start. Records that were written with one key show which calls had the same values. If the file does not exist, records have the names of arguments only. Default: none.',
  },
  {
    name: 'secrets',
    env: 'LLM_BOUNDARY_SECRETS',
    kind: 'text',
    value: 'DIR',
    describe:
      'Folder with the files that a policy names: hashes of API keys (callers.apiKeys), which are read again when they change, the password and key of the state, the token and certificates of a classifier. Default: none.',
  },
  {
    name: 'otlp-credentials',
    env: 'LLM_BOUNDARY_OTLP_CREDENTIALS',
    kind: 'text',
    value: 'DIR',
    describe:
      "Folder with the credentials for an OTLP receiver of audit.sinks: `endpoint` (the receiver that they are for), `headers` (NAME=VALUE lines), `ca.crt`, `tls.crt`, `tls.key`, each optional. Read again when the receiver rejects them. Default: OpenTelemetry's variables, OTEL_EXPORTER_OTLP_LOGS_… or OTEL_EXPORTER_OTLP_…, with ENDPOINT, HEADERS, CERTIFICATE, CLIENT_CERTIFICATE, CLIENT_KEY.",
  },
  {
    name: 'otel-guardrails',
    env: 'LLM_BOUNDARY_OTEL_GUARDRAILS',
    kind: 'switch',
    describe:
      'Where spans are exported (OTEL_EXPORTER_OTLP_ENDPOINT): the spans of controls also have the attributes gen_ai.guardrail.…, which are a proposal that changes.',
  },
  {
    name: 'anchor',
    env: 'LLM_BOUNDARY_ANCHOR',
    kind: 'text',
    value: 'URL',
    describe:
      'URL of the anchor, which gets the signed head of the audit log every 10 seconds and at shutdown, such as https://llm-boundary-anchor.llm-boundary.svc. Default: none.',
  },
  {
    name: 'anchor-ca',
    env: 'LLM_BOUNDARY_ANCHOR_CA',
    kind: 'text',
    value: 'FILE',
    describe: 'PEM certificates to trust for the anchor, in place of all others. Read again for every head.',
  },
  {
    name: 'anchor-token-file',
    env: 'LLM_BOUNDARY_ANCHOR_TOKEN_FILE',
    kind: 'text',
    value: 'FILE',
    describe:
      'Service account token of the pod for the audience llm-boundary-anchor. Read again for every head.',
  },
  {
    name: 'ca',
    env: 'LLM_BOUNDARY_CA',
    kind: 'text',
    value: 'FILE',
    describe:
      "PEM certificates to trust for upstreams over TLS, in place of all others. Default: the system's bundle; where there is none, Node's.",
  },
  {
    name: 'resolver',
    env: 'LLM_BOUNDARY_RESOLVER',
    kind: 'text',
    repeatable: true,
    value: 'ADDRESS',
    describe:
      'DNS server for outbound names; /etc/hosts and /etc/resolv.conf are then ignored. Default: the resolver of the system.',
  },
  {
    name: 'search',
    env: 'LLM_BOUNDARY_SEARCH',
    kind: 'text',
    repeatable: true,
    value: 'DOMAIN',
    describe: 'With --resolver: search domain, tried when a name does not resolve as given. Default: none.',
  },
  {
    name: 'probe',
    env: 'LLM_BOUNDARY_PROBE',
    kind: 'text',
    repeatable: true,
    value: 'NAME=TARGET',
    describe:
      'Health probe: GET /probe/NAME on the admin listener checks TARGET, which is http(s)://…, tcp://… or grpc://ADDRESS/SERVICE.',
  },
  {
    name: 'canary',
    env: 'LLM_BOUNDARY_CANARY',
    kind: 'text',
    repeatable: true,
    value: 'ADDRESS',
    describe:
      'Self-test address. The sidecar becomes ready once its own connection to this address has been redirected to the admin listener.',
  },
  {
    name: 'drain-seconds',
    env: 'LLM_BOUNDARY_DRAIN_SECONDS',
    kind: 'number',
    range: [0, 3600],
    describe: 'Grace period for requests in flight after SIGTERM. Default: 25.',
  },
  {
    name: 'body-memory-mebibytes',
    env: 'LLM_BOUNDARY_BODY_MEMORY_MEBIBYTES',
    kind: 'number',
    range: [1, 65536],
    describe:
      'Memory limit of all buffered bodies: requests, decoded requests and whole replies. At most half of it is used for requests that are still arriving. Default: 96.',
  },
  {
    name: 'upstream-timeout-seconds',
    env: 'LLM_BOUNDARY_UPSTREAM_TIMEOUT_SECONDS',
    kind: 'number',
    range: [1, 86400],
    describe: 'Timeout for the first byte of a reply. Default: 600.',
  },
  {
    name: 'log-level',
    env: 'LLM_BOUNDARY_LOG_LEVEL',
    kind: 'enum',
    values: LOG_LEVELS,
    describe: 'Default: info. Decisions to allow are logged at debug.',
  },
] as const;

export const COMMAND = {
  command: 'llm-boundary-sidecar',
  describe: 'Proxy of a model server that enforces a policy on requests, replies and outbound traffic.',
  commands: [
    { name: 'policy', describe: 'check, explain, test and learn policies; `policy --help` says more.' },
    { name: 'callers', describe: 'Make API keys of callers; `callers --help` says more.' },
  ],
  flags: FLAGS,
} satisfies CommandSpec<typeof FLAGS>;
