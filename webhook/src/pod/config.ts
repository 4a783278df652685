import type { AuditVolume } from './audit-volume.ts';
import type { Resources } from './pod.ts';

export type Capture = 'redirect' | 'takeover';
export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

/** Settings of an installation for injection. Frozen at startup. */
export interface InjectConfig {
  /** Version of the webhook, for the status annotation. */
  readonly version: string;
  readonly sidecarImage: string;
  readonly netInitImage: string;
  /** Further accepted images: names at a mirror, or those of the previous release. An injected container keeps its image. */
  readonly acceptedImages: readonly string[];
  readonly imagePullPolicy: 'Always' | 'IfNotPresent' | 'Never';
  readonly sidecarCommand: readonly string[];
  /** Must end where nft's command text is the next argument. */
  readonly netInitCommand: readonly string[];
  /** Namespaces that are never injected. The webhook configuration excludes them too. */
  readonly systemNamespaces: readonly string[];
  readonly captures: readonly Capture[];
  /** The cluster's Pod Security default, for namespaces without the enforce label. */
  readonly podSecurityDefault: PodSecurityLevel;
  /** `dual` also listens on IPv6; redirect's rules cover IPv6 either way. */
  readonly ipFamilies: 'ipv4' | 'dual';
  /**
   * Addresses of the cluster's DNS service: the sidecar queries only these, and redirect closes port 53 of all others. Empty: unknown; the
   * sidecar uses the pod's files.
   */
  readonly resolvers: readonly string[];
  /** DNS domain of Services. */
  readonly clusterDomain: string;
  /** How redirect treats a container whose user is not in the pod: harden it with a warning, or refuse it. */
  readonly unknownUser: 'harden' | 'refuse';
  /** Policies whose pods may name containers that keep SETUID and privilege gain under redirect. */
  readonly keepPrivileges: readonly string[];
  /**
   * Without a limit of `ephemeral-storage` it is derived from the record's volume. Net-init gets the same: it has ended before the sidecar
   * starts, so that the pod requests no more.
   */
  readonly sidecarResources: Resources;
  readonly auditVolume: AuditVolume;
  /** Whether sidecars copy the record to standard output if their policy names no sinks. */
  readonly auditStdout: boolean;
  /** Name of the Secret, in each workload's namespace, with credentials for receivers of the record. Null: none. */
  readonly otlpSecret: string | null;
  /** Name of the Secret, in each workload's namespace, with the key of digests of tool arguments. Null: none. */
  readonly digestSecret: string | null;
  /** Name of the Secret, in each workload's namespace, with the files that policies name. Null: none. */
  readonly policySecret: string | null;
  /** Variables of OpenTelemetry for sidecars, by name; without secrets. Empty: they export neither spans nor metrics. */
  readonly otel: Readonly<Record<string, string>>;
  /** URL of the anchor that is told how long the record of each pod is. Null: there is none. */
  readonly anchorUrl: string | null;
}

export const DEFAULT_CONFIG: InjectConfig = Object.freeze<InjectConfig>({
  version: '0.1.0',
  sidecarImage: 'llm-boundary/sidecar:0.1.0',
  netInitImage: 'llm-boundary/sidecar:0.1.0',
  acceptedImages: [],
  imagePullPolicy: 'IfNotPresent',
  sidecarCommand: ['llm-boundary-sidecar'],
  netInitCommand: ['nft'],
  systemNamespaces: ['kube-system', 'kube-public', 'kube-node-lease', 'llm-boundary'],
  captures: ['redirect', 'takeover'],
  podSecurityDefault: 'privileged',
  ipFamilies: 'ipv4',
  resolvers: [],
  clusterDomain: 'cluster.local',
  unknownUser: 'harden',
  keepPrivileges: [],
  sidecarResources: {
    requests: { cpu: '100m', 'ephemeral-storage': '64Mi', memory: '192Mi' },
    limits: { cpu: '1', memory: '512Mi' },
  },
  auditVolume: { kind: 'disk', size: '512Mi', storageClass: null },
  auditStdout: true,
  otlpSecret: null,
  digestSecret: null,
  policySecret: null,
  otel: {},
  anchorUrl: null,
});
