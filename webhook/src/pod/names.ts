/** Every name that injection writes into a cluster or reads from it. */
const PREFIX = 'llm-boundary.io';

export const LABELS = {
  inject: `${PREFIX}/inject`,
  policy: `${PREFIX}/policy`,
  published: `${PREFIX}/published`,
} as const;

export const ANNOTATIONS = {
  policy: `${PREFIX}/policy`,
  mode: `${PREFIX}/mode`,
  modelContainer: `${PREFIX}/model-container`,
  modelPorts: `${PREFIX}/model-ports`,
  capture: `${PREFIX}/capture`,
  /** Listen options of a server without an adapter: `args=--host,--port` or `env=HOST,PORT`. */
  listen: `${PREFIX}/listen`,
  /** Paths before the routes of known APIs at the model server: `/team/llm,/openai/v2`. */
  prefixes: `${PREFIX}/prefixes`,
  /** Containers that keep SETUID and privilege gain under redirect, if the installation lists the policy. */
  keepPrivileges: `${PREFIX}/keep-privileges`,
  status: `${PREFIX}/status`,
  /** On a policy's ConfigMap: `REQUEST/LIMIT` for its sidecars. */
  sidecarCpu: `${PREFIX}/sidecar-cpu`,
  sidecarMemory: `${PREFIX}/sidecar-memory`,
  /** On a policy's ConfigMap: `SIZE[/memory|/claim[/CLASS]]` of the record's volume. */
  auditVolume: `${PREFIX}/audit-volume`,
  /** On a policy's ConfigMap: the policy of the system namespace that is judged beside it, without effect. */
  shadow: `${PREFIX}/shadow`,
  /** The original probes and hooks, before they were pointed at the sidecar. */
  probes: `${PREFIX}/probes`,
  defaultContainer: 'kubectl.kubernetes.io/default-container',
  mirror: 'kubernetes.io/config.mirror',
} as const;

export const CONTAINERS = { sidecar: 'llm-boundary-sidecar', netInit: 'llm-boundary-net-init' } as const;

export const VOLUMES = {
  policy: 'llm-boundary-policy',
  audit: 'llm-boundary-audit',
  noToken: 'llm-boundary-no-token',
  /** Credentials for receivers of the record; only if the installation names a Secret. */
  otlp: 'llm-boundary-otlp',
  /** The key of digests of tool arguments; only where the installation names a Secret. */
  digest: 'llm-boundary-digest',
  /** Files that policies name; only where the installation names a Secret. */
  secrets: 'llm-boundary-secrets',
  /** The pod's token for the anchor and whom to trust for it; only where the installation has an anchor. */
  anchor: 'llm-boundary-anchor',
} as const;

export const PATHS = {
  policy: '/etc/llm-boundary/policy',
  audit: '/var/lib/llm-boundary/audit',
  otlp: '/etc/llm-boundary/otlp',
  digest: '/etc/llm-boundary/digest',
  secrets: '/etc/llm-boundary/secrets',
  anchor: '/etc/llm-boundary/anchor',
  /** Where the ServiceAccount admission plugin mounts a token unless another volume is mounted there. */
  token: '/var/run/secrets/kubernetes.io/serviceaccount',
} as const;

export const PORTS = {
  /** First inbound listener; one per model port follows. */
  inbound: 15410,
  inboundCount: 10,
  outbound: 15420,
  /** First listener of redirect for ports that do not speak HTTP; one per port follows. */
  inboundTcp: 15460,
  inboundTcpCount: 20,
  admin: 15430,
  /** No listener: the rules of `redirect` lead it to {@link PORTS.admin}, which proves that they are loaded. */
  canary: 15431,
  /** First port that `takeover` moves a model server to, on 127.0.0.1. */
  moved: 15440,
} as const;

/** UID and GID of the sidecar, in every pod. No other container may run as it. */
export const SIDECAR_UID = 15400;

/** Reserved prefix: a foreign container, volume or annotation with it is refused. */
export const OWN_PREFIX = 'llm-boundary-';

/**
 * Name of the ConfigMap with an effective policy in a workload's namespace. The mode comes first, so that no policy's name can look like
 * another's.
 */
export function publishedName(policy: string, mode: 'observe' | 'enforce' | null): string {
  return `llm-boundary-${mode ?? 'policy'}-${policy}`;
}
