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
      'A listener for clients and the model port behind it, such as 0.0.0.0:15410=http://127.0.0.1:8000.',
  },
  {
    name: 'inbound-tcp',
    env: 'LLM_BOUNDARY_INBOUND_TCP',
    kind: 'text',
    repeatable: true,
    value: 'LISTEN=PORT',
    describe:
      'A listener for clients of a port of this pod that speaks no HTTP, such as 0.0.0.0:15460=6379. Only while endpoints.tcp lists the port.',
  },
  {
    name: 'outbound',
    env: 'LLM_BOUNDARY_OUTBOUND',
    kind: 'text',
    value: 'LISTEN',
    describe: 'The listener for what the model container sends out. Default: none.',
  },
  {
    name: 'admin',
    env: 'LLM_BOUNDARY_ADMIN',
    kind: 'text',
    value: 'LISTEN',
    describe: 'The listener for /healthz, /readyz and /metrics. Default: 127.0.0.1:15430.',
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
    describe: 'What the policy is called in records and metrics. Default: default.',
  },
  {
    name: 'audit-dir',
    env: 'LLM_BOUNDARY_AUDIT_DIR',
    kind: 'text',
    value: 'DIR',
    describe: 'Where the record is kept. Default: none; then standard output is the record.',
  },
  {
    name: 'audit-limit-mebibytes',
    env: 'LLM_BOUNDARY_AUDIT_LIMIT_MEBIBYTES',
    kind: 'number',
    range: [64, 1_048_576],
    describe:
      'What the audit folder may hold; less than the size of its volume, beyond which the kubelet evicts the pod. Default: 448.',
  },
  {
    name: 'audit-stdout',
    env: 'LLM_BOUNDARY_AUDIT_STDOUT',
    kind: 'switch',
    describe: 'Also write the record to standard output.',
  },
  {
    name: 'audit-commitment-key',
    env: 'LLM_BOUNDARY_AUDIT_COMMITMENT_KEY',
    kind: 'text',
    value: 'FILE',
    describe:
      'The key of the commitments to bodies, 64 hex digits. Default: made in the audit folder on first use.',
  },
  {
    name: 'otlp-credentials',
    env: 'LLM_BOUNDARY_OTLP_CREDENTIALS',
    kind: 'text',
    value: 'DIR',
    describe:
      "A folder with what a receiver of audit.sinks is shown: `endpoint` (the one that it is for), `headers` (NAME=VALUE lines), `ca.crt`, `tls.crt`, `tls.key`, each optional. Read anew when the receiver refuses. Default: OpenTelemetry's variables, OTEL_EXPORTER_OTLP_LOGS_… or OTEL_EXPORTER_OTLP_…, with ENDPOINT, HEADERS, CERTIFICATE, CLIENT_CERTIFICATE, CLIENT_KEY.",
  },
  {
    name: 'anchor',
    env: 'LLM_BOUNDARY_ANCHOR',
    kind: 'text',
    value: 'URL',
    describe:
      'The anchor that is told how long the record is, every 10 seconds and at the end, such as https://llm-boundary-anchor.llm-boundary.svc. Default: none.',
  },
  {
    name: 'anchor-ca',
    env: 'LLM_BOUNDARY_ANCHOR_CA',
    kind: 'text',
    value: 'FILE',
    describe: 'PEM certificates to trust for the anchor, and no others. Read anew for every head.',
  },
  {
    name: 'anchor-token-file',
    env: 'LLM_BOUNDARY_ANCHOR_TOKEN_FILE',
    kind: 'text',
    value: 'FILE',
    describe:
      "A token of the pod's service account for the audience llm-boundary-anchor. Read anew for every head.",
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
      'Answer GET /probe/NAME on the admin listener by asking http(s)://…, tcp://… or grpc://ADDRESS/SERVICE.',
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
      'Most memory for the bodies that are held at once: requests, what they decode to, and whole replies; half of it for requests still arriving. Default: 96.',
  },
  {
    name: 'upstream-timeout-seconds',
    env: 'LLM_BOUNDARY_UPSTREAM_TIMEOUT_SECONDS',
    kind: 'number',
    range: [1, 86400],
    describe: 'Longest wait for the first byte of a reply. Default: 600.',
  },
  {
    name: 'log-level',
    env: 'LLM_BOUNDARY_LOG_LEVEL',
    kind: 'enum',
    values: LOG_LEVELS,
    describe: 'Default: info. Decisions that let something pass are logged at debug.',
  },
] as const;

export const COMMAND = {
  command: 'llm-boundary-sidecar',
  describe: 'Stands in front of a model server and enforces a policy on everything that passes.',
  commands: [
    { name: 'policy', describe: 'check, explain, test and learn policies; `policy --help` says more.' },
  ],
  flags: FLAGS,
} satisfies CommandSpec<typeof FLAGS>;
