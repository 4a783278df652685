import type { CommandSpec, FlagSpec, FlagValues } from '@llm-boundary/sidecar/flags';

import { INJECT_FLAGS } from './inject-flags.ts';

export const DEFAULT_NAMESPACE = 'llm-boundary';
export const DEFAULT_TIMEOUT_S = 10;
export const DEFAULT_SERVICE = 'llm-boundary-webhook';

const SERVE_FLAGS = [
  {
    name: 'listen',
    env: 'LLM_BOUNDARY_LISTEN',
    kind: 'text',
    value: 'HOST:PORT',
    describe:
      'Listen address of the admission webhooks (TLS). Default: [::]:8443, which is every address, or 0.0.0.0 where the kernel has no IPv6.',
  },
  {
    name: 'admin',
    env: 'LLM_BOUNDARY_ADMIN',
    kind: 'text',
    value: 'HOST:PORT',
    describe: 'Listen address of /healthz, /readyz and /metrics (plain HTTP). Default: [::]:8080, likewise.',
  },
  {
    name: 'timeout-seconds',
    env: 'LLM_BOUNDARY_TIMEOUT_SECONDS',
    kind: 'number',
    range: [1, 30],
    describe:
      'timeoutSeconds of the webhook configurations; requests are answered within it, or within the timeout of the request if that is shorter. Default: 10.',
  },
  {
    name: 'namespace',
    env: 'LLM_BOUNDARY_NAMESPACE',
    kind: 'label',
    value: 'NAME',
    describe: "The webhook's own namespace, where policies live. Default: llm-boundary.",
  },
  {
    name: 'service',
    env: 'LLM_BOUNDARY_SERVICE',
    kind: 'text',
    value: 'NAME',
    describe: 'Service through which the API server calls the webhook. Default: llm-boundary-webhook.',
  },
  {
    name: 'webhook-configuration',
    env: 'LLM_BOUNDARY_WEBHOOK_CONFIGURATION',
    kind: 'text',
    value: 'NAME',
    describe:
      'Name of the mutating and of the validating webhook configuration; the webhook writes its built-in CA to both. Default: llm-boundary.',
  },
  {
    name: 'ca-secret',
    env: 'LLM_BOUNDARY_CA_SECRET',
    kind: 'text',
    value: 'NAME',
    describe: 'Secret of the built-in CA, in the namespace of the webhook. Default: llm-boundary-webhook-ca.',
  },
  {
    name: 'lease',
    env: 'LLM_BOUNDARY_LEASE',
    kind: 'text',
    value: 'NAME',
    describe: 'Lease that elects the replica which publishes policies. Default: llm-boundary-webhook.',
  },
  {
    name: 'identity',
    env: 'LLM_BOUNDARY_IDENTITY',
    kind: 'text',
    value: 'NAME',
    describe: 'Identity of this replica in the Lease. Default: the host name, which is the pod name.',
  },
  {
    name: 'console-account',
    env: 'LLM_BOUNDARY_CONSOLE_ACCOUNT',
    kind: 'text',
    value: 'NAME',
    describe:
      'Service account of the console, in the namespace of the webhook: it may ask sidecars for their last exchanges, which have no content. Default: none may, and sidecars keep none.',
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
    name: 'standalone',
    env: 'LLM_BOUNDARY_STANDALONE',
    kind: 'switch',
    describe: 'Run without a cluster: policies and namespaces come from files.',
  },
  {
    name: 'policy',
    env: 'LLM_BOUNDARY_POLICY',
    kind: 'text',
    value: 'NAME=FILE',
    repeatable: true,
    describe: 'Standalone: a policy, "floor", or NAMESPACE/NAME=FILE.',
  },
  {
    name: 'namespace-file',
    env: 'LLM_BOUNDARY_NAMESPACE_FILE',
    kind: 'text',
    value: 'FILE',
    repeatable: true,
    describe: 'Standalone: Namespace objects. Others count as existing, without labels.',
  },
  {
    name: 'publish-dir',
    env: 'LLM_BOUNDARY_PUBLISH_DIR',
    kind: 'text',
    value: 'DIR',
    describe: 'Standalone: where published policies are written, as NAMESPACE/CONFIGMAP/policy.yaml.',
  },
  {
    name: 'ca-file',
    env: 'LLM_BOUNDARY_CA_FILE',
    kind: 'text',
    value: 'FILE',
    describe: "Standalone: where the built-in CA's certificate is written.",
  },
  ...INJECT_FLAGS,
] as const satisfies readonly FlagSpec[];

export const SERVE_SPEC = {
  command: 'llm-boundary-webhook',
  describe:
    'Admission webhook: injects the sidecar into labelled pods, refuses pods that cannot be guarded, and publishes policies.',
  flags: SERVE_FLAGS,
  commands: [
    { name: 'inject', describe: 'Inject a manifest offline, as the webhook would.' },
    {
      name: 'anchor',
      describe: 'Run the anchor, which keeps the signed heads of audit logs outside of their pods.',
    },
    {
      name: 'posture',
      describe: 'List the LLM workloads, whether each has a boundary, and whether it needs one.',
    },
    { name: 'console', describe: 'Serve the web page of the console.' },
    { name: 'check', describe: 'Check whether a cluster is ready, or an installation healthy.' },
    { name: 'completion', describe: 'Print a completion script for bash, zsh or fish.' },
  ],
} as const satisfies CommandSpec;

export type ServeFlags = FlagValues<typeof SERVE_FLAGS>;
