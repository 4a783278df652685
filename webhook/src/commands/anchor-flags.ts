import type { CommandSpec, FlagSpec, FlagValues } from '@llm-boundary/sidecar/flags';

const ANCHOR_FLAGS = [
  {
    name: 'dir',
    env: 'LLM_BOUNDARY_ANCHOR_DIR',
    kind: 'text',
    required: true,
    value: 'DIR',
    describe: 'Folder of the fleet log. An existing fleet log is read at startup and continued.',
  },
  {
    name: 'limit-mebibytes',
    env: 'LLM_BOUNDARY_ANCHOR_LIMIT_MEBIBYTES',
    kind: 'number',
    range: [64, 1_048_576],
    describe:
      'Size limit of the folder. Before it is reached, the oldest file is deleted, and the deletion is recorded. Keep it below the size of the volume. Default: 4096.',
  },
  {
    name: 'listen',
    env: 'LLM_BOUNDARY_LISTEN',
    kind: 'text',
    value: 'HOST:PORT',
    describe: 'Listen address for heads (TLS). Default: [::]:8443.',
  },
  {
    name: 'admin',
    env: 'LLM_BOUNDARY_ADMIN',
    kind: 'text',
    value: 'HOST:PORT',
    describe: 'Listen address of /healthz, /readyz, /metrics and /silent (plain HTTP). Default: [::]:8080.',
  },
  {
    name: 'namespace',
    env: 'LLM_BOUNDARY_NAMESPACE',
    kind: 'label',
    value: 'NAME',
    describe: "The anchor's own namespace. Default: llm-boundary.",
  },
  {
    name: 'service',
    env: 'LLM_BOUNDARY_SERVICE',
    kind: 'text',
    value: 'NAME',
    describe: 'Service through which sidecars call the anchor. Default: llm-boundary-anchor.',
  },
  {
    name: 'ca-secret',
    env: 'LLM_BOUNDARY_CA_SECRET',
    kind: 'text',
    value: 'NAME',
    describe:
      "Secret of the anchor's own CA, which is not that of the admission webhooks. Default: llm-boundary-anchor-ca.",
  },
  {
    name: 'tls-dir',
    env: 'LLM_BOUNDARY_TLS_DIR',
    kind: 'text',
    value: 'DIR',
    describe:
      'Folder with tls.crt, tls.key and ca.crt, read again when they change. Default: the built-in CA.',
  },
  {
    name: 'key-secret',
    env: 'LLM_BOUNDARY_ANCHOR_KEY_SECRET',
    kind: 'text',
    value: 'NAME',
    describe:
      'Secret with the Ed25519 key that countersigns heads and signs the fleet log; generated on first use and never replaced. Default: llm-boundary-anchor-key.',
  },
  {
    name: 'key-file',
    env: 'LLM_BOUNDARY_ANCHOR_KEY_FILE',
    kind: 'text',
    value: 'FILE',
    describe: 'File with that key (PEM), in place of the Secret.',
  },
  {
    name: 'otlp-endpoint',
    env: 'LLM_BOUNDARY_ANCHOR_OTLP_ENDPOINT',
    kind: 'text',
    value: 'URL',
    describe: 'OTLP collector to which the fleet log is also sent. Default: none.',
  },
  {
    name: 'otlp-credentials',
    env: 'LLM_BOUNDARY_OTLP_CREDENTIALS',
    kind: 'text',
    value: 'DIR',
    describe:
      'Folder with the credentials for the collector, as for --otlp-credentials of the sidecar. Default: none.',
  },
  {
    name: 'cloud-events-url',
    env: 'LLM_BOUNDARY_CLOUD_EVENTS_URL',
    kind: 'text',
    value: 'URL',
    describe: 'http or https URL to which CloudEvents are sent. Needs --cloud-events-dir. Default: none are.',
  },
  {
    name: 'cloud-events-dir',
    env: 'LLM_BOUNDARY_CLOUD_EVENTS_DIR',
    kind: 'text',
    value: 'DIR',
    describe:
      'Folder with signing-key (whsec_ and base64), and maybe previous-signing-key and ca.crt; read again for every event.',
  },
  {
    name: 'cloud-events-source',
    env: 'LLM_BOUNDARY_CLOUD_EVENTS_SOURCE',
    kind: 'text',
    value: 'URI',
    describe: 'Source of the CloudEvents, which names this cluster to the receiver. Default: /llm-boundary.',
  },
] as const satisfies readonly FlagSpec[];

export const ANCHOR_SPEC = {
  command: 'llm-boundary-webhook anchor',
  describe:
    'Keeps evidence of audit logs outside of their pods: accepts signed log heads from sidecars, rejects rollbacks and forks, appends accepted heads to one signed fleet log (also on standard output), and lists silent pods.',
  flags: ANCHOR_FLAGS,
} as const satisfies CommandSpec;

export type AnchorFlags = FlagValues<typeof ANCHOR_FLAGS>;
