import type { Capture, InjectConfig } from '../../pod/config.ts';
import { CONTAINERS, PATHS, PORTS, SIDECAR_UID } from '../../pod/names.ts';
import { nameServerArgs } from './name-servers.ts';
import type { Container, EnvVar, Resources } from '../../pod/pod.ts';
import type { PodFacts } from './pod-facts.ts';
import type { CarriedProbe } from './probes.ts';
import { ANCHOR_FILES, sidecarMounts } from './volumes.ts';

export interface SidecarInput {
  /** Name of the policy, for metrics and the record. */
  readonly policy: string;
  readonly capture: Capture;
  readonly guarded: readonly number[];
  /** Ports that do not speak HTTP; captured by redirect only. */
  readonly opaque: readonly number[];
  /** Path prefixes of the model server. */
  readonly prefixes: readonly string[];
  readonly probes: readonly CarriedProbe[];
  readonly facts: PodFacts;
  /** Name of the workload's namespace. */
  readonly namespace: string;
  readonly drainSeconds: number;
  /** Size limit of the record in its volume. */
  readonly auditLimitMebibytes: number;
  readonly resources: Resources;
}

/** Kubernetes expands `$(NAME)` in arguments; values from a pod must stay literal. */
function literal(argument: string): string {
  return argument.replaceAll('$(', '$$$$(');
}

/** The sidecar's command line (design, "Commands"). */
function sidecarArgs(input: SidecarInput, config: InjectConfig): string[] {
  const { capture, guarded, probes } = input;
  const dual = config.ipFamilies === 'dual';
  const any = dual ? '[::]' : '0.0.0.0';
  const redirect = capture === 'redirect';
  const inbound = guarded.map((port, index) =>
    redirect
      ? `${any}:${PORTS.inbound + index}=http://127.0.0.1:${port}`
      : `${any}:${port}=http://127.0.0.1:${PORTS.moved + index}`,
  );
  const opaque = redirect
    ? input.opaque.map((port, index) => `${any}:${PORTS.inboundTcp + index}=${port}`)
    : [];
  // Redirected IPv6 arrives at ::1. The rules keep other pods away from this listener.
  const outbound = redirect && dual ? `[::]:${PORTS.outbound}` : `127.0.0.1:${PORTS.outbound}`;
  const canaries = [`127.0.0.1:${PORTS.canary}`, ...(dual ? [`[::1]:${PORTS.canary}`] : [])];
  return [
    ...inbound.flatMap((value) => ['--inbound', value]),
    ...opaque.flatMap((value) => ['--inbound-tcp', value]),
    '--outbound',
    outbound,
    '--admin',
    `${any}:${PORTS.admin}`,
    '--policy',
    PATHS.policy,
    '--audit-dir',
    PATHS.audit,
    '--audit-limit-mebibytes',
    String(input.auditLimitMebibytes),
    ...(config.auditStdout ? ['--audit-stdout'] : []),
    '--drain-seconds',
    String(input.drainSeconds),
    ...anchorArgs(config),
    ...nameServerArgs(input.namespace, config),
    ...(redirect ? canaries.flatMap((value) => ['--canary', value]) : []),
    ...input.prefixes.flatMap((value) => ['--inbound-prefix', value]),
    ...probes.flatMap(({ name, target }) => ['--probe', literal(`${name}=${target}`)]),
  ];
}

function anchorArgs({ anchorUrl }: InjectConfig): readonly string[] {
  if (anchorUrl === null) return [];
  const { ca, token } = ANCHOR_FILES;
  return [
    '--anchor',
    anchorUrl,
    '--anchor-ca',
    `${PATHS.anchor}/${ca}`,
    '--anchor-token-file',
    `${PATHS.anchor}/${token}`,
  ];
}

/** In the Secret of the digests. */
const DIGEST_KEY = 'key';

/** What the record says about where it was made. */
const IDENTITY = {
  LLM_BOUNDARY_POD_NAMESPACE: 'metadata.namespace',
  LLM_BOUNDARY_POD_NAME: 'metadata.name',
  LLM_BOUNDARY_POD_UID: 'metadata.uid',
  LLM_BOUNDARY_NODE_NAME: 'spec.nodeName',
  LLM_BOUNDARY_SERVICE_ACCOUNT: 'spec.serviceAccountName',
} as const;

function environment(
  { policy, facts }: SidecarInput,
  { otlpSecret, digestSecret, policySecret, otel }: InjectConfig,
): EnvVar[] {
  return [
    { name: 'LLM_BOUNDARY_POLICY_NAME', value: literal(policy) },
    ...Object.entries(IDENTITY).map(([name, fieldPath]) => ({
      name,
      valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath } },
    })),
    ...Object.entries(facts).map(([name, value]) => ({ name, value: literal(value) })),
    ...(otlpSecret === null ? [] : [{ name: 'LLM_BOUNDARY_OTLP_CREDENTIALS', value: PATHS.otlp }]),
    ...(digestSecret === null
      ? []
      : [{ name: 'LLM_BOUNDARY_AUDIT_DIGEST_KEY', value: `${PATHS.digest}/${DIGEST_KEY}` }]),
    ...(policySecret === null ? [] : [{ name: 'LLM_BOUNDARY_SECRETS', value: PATHS.secrets }]),
    // The pod's own ones, in its other containers, are of its program.
    ...Object.entries(otel).map(([name, value]) => ({ name, value: literal(value) })),
  ];
}

function probe(
  path: string,
  periodSeconds: number,
  failureThreshold: number,
  timeoutSeconds = 3,
): Record<string, unknown> {
  return {
    failureThreshold,
    httpGet: { path, port: PORTS.admin, scheme: 'HTTP' },
    periodSeconds,
    successThreshold: 1,
    timeoutSeconds,
  };
}

/**
 * The admin listener is bound within a tenth of a second of CPU, and answers when the rest has started. A probe that comes in between waits, so
 * a start has no Warning event `Unhealthy` unless it takes longer than the timeout. Before a second has passed nothing is asked: the listener may
 * not be bound then.
 */
const STARTUP_PROBE = { ...probe('/readyz', 1, 180, 10), initialDelaySeconds: 1 };

/** Defaults of the API, written out, so that a second pass sees the bytes that the first wrote. */
export const containerDefaults = {
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
} as const;

/**
 * The native sidecar. It starts before every other container and is ready when policy is loaded, ports are bound and, under redirect, the
 * rules are proven. No preStop hook: SIGTERM drains, and it arrives after the other containers have ended.
 */
export function sidecarContainer(input: SidecarInput, config: InjectConfig): Container {
  return {
    name: CONTAINERS.sidecar,
    image: config.sidecarImage,
    imagePullPolicy: config.imagePullPolicy,
    command: [...config.sidecarCommand],
    args: sidecarArgs(input, config),
    env: environment(input, config),
    ports: [{ containerPort: PORTS.admin, name: 'llm-boundary', protocol: 'TCP' }],
    resources: input.resources,
    restartPolicy: 'Always',
    startupProbe: STARTUP_PROBE,
    readinessProbe: probe('/readyz', 5, 2),
    livenessProbe: probe('/healthz', 10, 3),
    securityContext: {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsGroup: SIDECAR_UID,
      runAsNonRoot: true,
      runAsUser: SIDECAR_UID,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumeMounts: sidecarMounts(config).map((mount) => ({ ...mount })),
    ...containerDefaults,
  };
}
