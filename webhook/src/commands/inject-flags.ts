import { isIP } from 'node:net';

import { UsageError, type FlagSpec, type FlagValues } from '@llm-boundary/sidecar/flags';

import { otelVariables } from './otel-variables.ts';
import {
  AUDIT_VOLUME_FORM,
  DEFAULT_CONFIG,
  parseAuditVolume,
  readAmount,
  type Amount,
  type AuditVolume,
  type InjectConfig,
} from '../inject/index.ts';

/** Settings of an installation for injection, shared by the server and `inject`. */
export const INJECT_FLAGS = [
  {
    name: 'sidecar-image',
    env: 'LLM_BOUNDARY_SIDECAR_IMAGE',
    kind: 'text',
    value: 'IMAGE',
    describe: `Image of the sidecar, best with a digest. Default: ${DEFAULT_CONFIG.sidecarImage}.`,
  },
  {
    name: 'net-init-image',
    env: 'LLM_BOUNDARY_NET_INIT_IMAGE',
    kind: 'text',
    value: 'IMAGE',
    describe: 'Image of net-init, for capture redirect; must contain nft. Default: the image of the sidecar.',
  },
  {
    name: 'accept-image',
    env: 'LLM_BOUNDARY_ACCEPT_IMAGE',
    kind: 'text',
    value: 'IMAGE',
    repeatable: true,
    describe:
      'Further image that is accepted in pods that are already injected, such as the name at a mirror or the previous release. An image given without a digest is also accepted with one.',
  },
  {
    name: 'image-pull-policy',
    env: 'LLM_BOUNDARY_IMAGE_PULL_POLICY',
    kind: 'enum',
    values: ['Always', 'IfNotPresent', 'Never'],
    describe: 'Pull policy of both images. Default: IfNotPresent.',
  },
  {
    name: 'allow-capture',
    env: 'LLM_BOUNDARY_ALLOW_CAPTURE',
    kind: 'enum',
    values: ['redirect', 'takeover'],
    repeatable: true,
    describe: 'Capture mode that workloads may choose. Default: both.',
  },
  {
    name: 'pod-security-default',
    env: 'LLM_BOUNDARY_POD_SECURITY_DEFAULT',
    kind: 'enum',
    values: ['privileged', 'baseline', 'restricted'],
    describe: 'Pod Security level of namespaces without an enforce label. Default: privileged.',
  },
  {
    name: 'ip-families',
    env: 'LLM_BOUNDARY_IP_FAMILIES',
    kind: 'enum',
    values: ['ipv4', 'dual'],
    describe: 'Whether sidecars listen on IPv6 too. Default: ipv4.',
  },
  {
    name: 'resolver',
    env: 'LLM_BOUNDARY_RESOLVER',
    kind: 'text',
    value: 'ADDRESS',
    repeatable: true,
    describe:
      'Address of the DNS service. Sidecars query no other server, and redirect blocks port 53 of all others; "any" lifts both limits. Default: the name servers of the pod of the webhook, else any.',
  },
  {
    name: 'cluster-domain',
    env: 'LLM_BOUNDARY_CLUSTER_DOMAIN',
    kind: 'text',
    value: 'DOMAIN',
    describe: 'DNS domain of the cluster. Default: cluster.local.',
  },
  {
    name: 'unknown-user',
    env: 'LLM_BOUNDARY_UNKNOWN_USER',
    kind: 'enum',
    values: ['harden', 'refuse'],
    describe: 'How redirect treats a container without runAsUser. Default: harden.',
  },
  {
    name: 'keep-privileges',
    env: 'LLM_BOUNDARY_KEEP_PRIVILEGES',
    kind: 'text',
    value: 'POLICY',
    repeatable: true,
    describe:
      'Policy whose pods may name containers that keep SETUID and privilege gain under redirect (llm-boundary.io/keep-privileges). Default: none.',
  },
  {
    name: 'audit-stdout',
    env: 'LLM_BOUNDARY_AUDIT_STDOUT',
    kind: 'enum',
    values: ['on', 'off'],
    describe:
      'Whether sidecars also write the audit log to standard output, which is the log of their container. audit.sinks of a policy overrides it. Default: on.',
  },
  {
    name: 'otlp-secret',
    env: 'LLM_BOUNDARY_OTLP_SECRET',
    kind: 'text',
    value: 'NAME',
    describe:
      "Secret in each workload's namespace, mounted into the sidecar alone, with the credentials for OTLP receivers (--otlp-credentials of the sidecar). Default: none.",
  },
  {
    name: 'digest-secret',
    env: 'LLM_BOUNDARY_DIGEST_SECRET',
    kind: 'text',
    value: 'NAME',
    describe:
      "Secret in each workload's namespace, mounted into the sidecar alone, whose `key` keys the digests of tool arguments in the audit log (--audit-digest-key of the sidecar). Default: none.",
  },
  {
    name: 'policy-secret',
    env: 'LLM_BOUNDARY_POLICY_SECRET',
    kind: 'text',
    value: 'NAME',
    describe:
      "Secret in each workload's namespace, mounted into the sidecar alone, with the files that policies name: hashes of API keys, the password and key of the state, the token and certificates of a classifier (--secrets of the sidecar). Default: none.",
  },
  {
    name: 'otel',
    env: 'LLM_BOUNDARY_OTEL',
    kind: 'text',
    value: 'NAME=VALUE',
    repeatable: true,
    describe:
      'Variable of OpenTelemetry for sidecars, such as OTEL_EXPORTER_OTLP_ENDPOINT=http://collector.observability.svc:4318, which turns spans and metrics by OTLP on; credentials belong into the Secret of --otlp-secret. Also LLM_BOUNDARY_OTEL_GUARDRAILS=true. Default: none.',
  },
  {
    name: 'anchor-url',
    env: 'LLM_BOUNDARY_ANCHOR_URL',
    kind: 'text',
    value: 'URL',
    describe:
      'URL of the anchor to which sidecars send the heads of their audit logs, such as https://llm-boundary-anchor.llm-boundary.svc. Each sidecar gets a token for this audience only. Default: none.',
  },
  {
    name: 'sidecar-cpu',
    env: 'LLM_BOUNDARY_SIDECAR_CPU',
    kind: 'text',
    value: 'REQUEST/LIMIT',
    describe: 'CPU of the sidecar; the limit is at least 100m. Default: 100m/1.',
  },
  {
    name: 'sidecar-memory',
    env: 'LLM_BOUNDARY_SIDECAR_MEMORY',
    kind: 'text',
    value: 'REQUEST/LIMIT',
    describe: 'Memory of the sidecar; the limit is at least 256Mi. Default: 192Mi/512Mi.',
  },
  {
    name: 'sidecar-ephemeral-storage',
    env: 'LLM_BOUNDARY_SIDECAR_EPHEMERAL_STORAGE',
    kind: 'text',
    value: 'REQUEST[/LIMIT]',
    describe:
      "Ephemeral storage of the sidecar. The limit is set where every other container has one too, since the kubelet holds the whole pod to the sum. Default: 64Mi, and a record on the node's disk with 128Mi more.",
  },
  {
    name: 'audit-volume',
    env: 'LLM_BOUNDARY_AUDIT_VOLUME',
    kind: 'text',
    value: 'SIZE[/KIND]',
    describe:
      "Volume of the record: SIZE (an emptyDir on the node's disk), SIZE/memory, SIZE/claim or SIZE/claim/STORAGECLASS. Default: 512Mi.",
  },
] as const satisfies readonly FlagSpec[];

type Values = FlagValues<typeof INJECT_FLAGS>;

/** Value of `--resolver` for any server. */
const ANY_RESOLVER = 'any';

/** Null: not given. @throws UsageError */
function amount(resource: 'cpu' | 'memory', text: string | null): Amount | null {
  if (text === null) return null;
  const read = readAmount(resource, text);
  if (read.ok) return read.amount;
  throw new UsageError(`--sidecar-${resource} ${JSON.stringify(text)}: ${read.problem}`);
}

/** @throws UsageError */
function resolvers(given: readonly string[]): readonly string[] {
  if (given.length === 1 && given[0] === ANY_RESOLVER) return [];
  // They become part of redirect's rules and of the sidecar's command line.
  const bad = given.find((text) => isIP(text) === 0);
  if (bad === undefined) return given;
  throw new UsageError(`--resolver ${JSON.stringify(bad)}: expected IPv4 or IPv6 addresses, or "any" alone`);
}

/** @throws UsageError */
function clusterDomain(text: string): string {
  if (/^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(text)) return text;
  throw new UsageError(`--cluster-domain ${JSON.stringify(text)}: expected a domain, such as cluster.local`);
}

/** @throws UsageError */
function secretName(flag: string, text: string | null): string | null {
  if (text === null || /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/.test(text)) return text;
  throw new UsageError(`--${flag} ${JSON.stringify(text)}: expected the name of a Secret`);
}

/** It becomes part of the sidecar's command line. @throws UsageError */
function anchorUrl(text: string | null): string | null {
  if (text === null || /^https:\/\/[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:\d{1,5})?$/.test(text)) return text;
  throw new UsageError(`--anchor-url ${JSON.stringify(text)}: expected https://HOST[:PORT]`);
}

/** @throws UsageError */
function auditVolume(text: string | null): AuditVolume {
  const volume = text === null ? DEFAULT_CONFIG.auditVolume : parseAuditVolume(text);
  if (volume !== null) return volume;
  throw new UsageError(`--audit-volume ${JSON.stringify(text)}: expected ${AUDIT_VOLUME_FORM}`);
}

/** @param systemNamespace the webhook's own namespace: never injected @throws UsageError */
export function injectConfig(flags: Values, systemNamespace: string): InjectConfig {
  const base = DEFAULT_CONFIG;
  const sidecarImage = flags['sidecar-image'] ?? base.sidecarImage;
  const captures = flags['allow-capture'];
  const { requests, limits } = base.sidecarResources;
  const cpu = amount('cpu', flags['sidecar-cpu']);
  const memory = amount('memory', flags['sidecar-memory']);
  const merged = (from: typeof requests, at: 'request' | 'limit'): Record<string, string | number> => {
    // Its limit is derived from the record's volume unless both are given.
    const storage = flags['sidecar-ephemeral-storage']?.split('/')[at === 'request' ? 0 : 1];
    return {
      ...from,
      ...(cpu === null ? {} : { cpu: cpu[at] }),
      ...(memory === null ? {} : { memory: memory[at] }),
      ...(storage === undefined ? {} : { 'ephemeral-storage': storage }),
    };
  };
  return Object.freeze<InjectConfig>({
    ...base,
    sidecarImage,
    netInitImage: flags['net-init-image'] ?? sidecarImage,
    acceptedImages: flags['accept-image'],
    imagePullPolicy: flags['image-pull-policy'] ?? base.imagePullPolicy,
    captures: captures.length === 0 ? base.captures : captures,
    podSecurityDefault: flags['pod-security-default'] ?? base.podSecurityDefault,
    ipFamilies: flags['ip-families'] ?? base.ipFamilies,
    resolvers: resolvers(flags.resolver),
    clusterDomain: clusterDomain(flags['cluster-domain'] ?? base.clusterDomain),
    unknownUser: flags['unknown-user'] ?? base.unknownUser,
    keepPrivileges: flags['keep-privileges'],
    auditStdout: flags['audit-stdout'] === null ? base.auditStdout : flags['audit-stdout'] === 'on',
    otlpSecret: secretName('otlp-secret', flags['otlp-secret']),
    digestSecret: secretName('digest-secret', flags['digest-secret']),
    policySecret: secretName('policy-secret', flags['policy-secret']),
    otel: otelVariables(flags.otel),
    anchorUrl: anchorUrl(flags['anchor-url']),
    systemNamespaces: [...new Set([...base.systemNamespaces, systemNamespace])],
    auditVolume: auditVolume(flags['audit-volume']),
    sidecarResources: { requests: merged(requests, 'request'), limits: merged(limits, 'limit') },
  });
}
