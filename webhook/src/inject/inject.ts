import { auditLimitMebibytes } from '../pod/audit-volume.ts';
import { chooseCapture, type CaptureChoice } from '../capture/choose.ts';
import type { InjectConfig } from '../pod/config.ts';
import { findModelContainer, type ModelContainer } from '../pod/model-container.ts';
import { ANNOTATIONS, PORTS } from '../pod/names.ts';
import { netInitContainer } from './container/net-init.ts';
import { checkOtherModels } from '../capture/other-models.ts';
import { stripInjected, type StrippedPod } from './strip-injected.ts';
import type { Container, Namespace, Pod } from '../pod/pod.ts';
import { choosePolicy, findPolicy, type InjectPolicy, type PolicyLookup } from '../pod/policy.ts';
import { checkReservedPorts, modelPorts, type ModelPorts } from '../pod/ports.ts';
import { rewriteProbes, type DialledPort } from './container/probes.ts';
import { setBaseUrls } from './container/environment.ts';
import { InjectionRefused, refuse, type Refusal } from '../pod/refusals.ts';
import { budgetWarnings, resourcesIn, sidecarResources } from './container/resources.ts';
import { drainSeconds } from './container/drain.ts';
import { modelDownloadWarnings } from './container/model-download.ts';
import { nameKubernetes } from './kubernetes-host.ts';
import { nameServerWarnings } from './container/name-servers.ts';
import { opaqueWarnings } from './opaque-signs.ts';
import { checkPod, hardenForRedirect } from './security.ts';
import { select, type SkipReason } from './selection.ts';
import { pathPrefixes } from './path-prefixes.ts';
import { podFacts } from './container/pod-facts.ts';
import { sidecarContainer } from './container/sidecar.ts';
import { statusText, type Status } from './status.ts';
import { takeOver } from '../capture/takeover/take-over.ts';
import {
  auditVolume,
  checkVolumes,
  ownVolumes,
  volumeWarnings,
  withOwnVolumes,
} from './container/volumes.ts';

export interface InjectInput {
  readonly pod: Pod;
  readonly namespace: Namespace;
  readonly policies: PolicyLookup;
  readonly config: InjectConfig;
}

export type Injection =
  | {
      readonly kind: 'injected';
      readonly pod: Pod;
      /** One sentence each, for the admission response. */
      readonly warnings: readonly string[];
      readonly status: Status;
      readonly policy: InjectPolicy;
    }
  | { readonly kind: 'skip'; readonly reason: SkipReason }
  | ({ readonly kind: 'refused' } & Refusal);

/** Results of capture for the later stages. */
interface Captured {
  readonly pod: Pod;
  readonly guarded: readonly number[];
  readonly warnings: readonly string[];
  readonly adapter: string | null;
  /** Ports of other containers; redirect leaves them open. */
  readonly openTcp: readonly number[];
  readonly openUdp: readonly number[];
  readonly dialled: DialledPort;
  /** See {@link Status}. */
  readonly open: Status['open'];
}

function declaredElsewhere(pod: Pod, model: ModelContainer, protocol: string): readonly number[] {
  const all = [
    ...pod.spec.containers.filter((_, index) => index !== model.index),
    ...(pod.spec.initContainers ?? []),
  ];
  const found = all
    .flatMap(({ ports }) => ports ?? [])
    .filter((port) => (port.protocol ?? 'TCP') === protocol)
    .map(({ containerPort }) => containerPort);
  return [...new Set(found)].sort((a, b) => a - b);
}

function redirect(
  pod: Pod,
  model: ModelContainer,
  ports: ModelPorts,
  policy: InjectPolicy,
  config: InjectConfig,
): Captured {
  const hardened = hardenForRedirect(pod, policy.name, config);
  const captured = [...ports.guarded, ...ports.closed, ...ports.opaque];
  const unguarded = (port: number): boolean => !captured.includes(port);
  const openTcp = declaredElsewhere(pod, model, 'TCP').filter(unguarded);
  const closed = ports.closed.length === 0 ? [] : [`port ${ports.closed.join(', ')} is closed`];
  const none =
    ports.source === 'undeclared'
      ? [
          'no port is declared: this pod cannot be reached from outside; if it serves, declare its containerPort or list it in llm-boundary.io/model-ports',
        ]
      : [];
  return {
    pod: hardened.pod,
    guarded: ports.guarded,
    warnings: [...hardened.warnings, ...closed, ...none],
    adapter: null,
    openTcp,
    openUdp: declaredElsewhere(pod, model, 'UDP').filter(unguarded),
    // Undeclared ports are closed to the kubelet too.
    dialled: (port) => (openTcp.includes(port) ? null : port),
    open: hardened.kept.size > 0 ? ['outbound'] : [],
  };
}

function takeover(pod: Pod, model: ModelContainer, ports: ModelPorts): Captured {
  const taken = takeOver(pod, model, ports);
  return {
    ...taken,
    warnings: [
      ...taken.warnings,
      'capture takeover does not stop a container from dialling out past the sidecar: add a NetworkPolicy',
    ],
    openTcp: [],
    openUdp: [],
    dialled: (port) => {
      const index = taken.guarded.indexOf(port);
      if (index !== -1) return PORTS.moved + index;
      return taken.hidden.includes(port) ? port : null;
    },
    open: ['outbound', ...(taken.betweenPods ? ['between-pods'] : []), ...taken.reachable.map(String)],
  };
}

function annotate(pod: Pod, added: Readonly<Record<string, string | null>>): Pod {
  const annotations = { ...pod.metadata?.annotations };
  for (const [name, value] of Object.entries(added)) if (value !== null) annotations[name] = value;
  return { ...pod, metadata: { ...pod.metadata, annotations } };
}

/** The first pass records the ports that it found, so that the second uses the same. */
function foundPorts(ports: ModelPorts, guarded: readonly number[]): string | null {
  return ports.source === 'undeclared' && guarded.length > 0 ? guarded.join(',') : null;
}

interface Plan {
  readonly bare: StrippedPod;
  readonly model: ModelContainer;
  readonly policy: InjectPolicy;
  readonly choice: CaptureChoice;
  readonly captured: Captured;
  readonly ports: ModelPorts;
  readonly namespace: Namespace;
}

function assemble(
  plan: Plan,
  installation: InjectConfig,
): { pod: Pod; warnings: readonly string[]; status: Status } {
  const { bare, captured, policy, choice, model, ports, namespace } = plan;
  const { guarded } = captured;
  const config = { ...installation, ...bare.images };
  const probes = rewriteProbes(captured.pod, captured.dialled);
  const redirected = choice.capture === 'redirect';
  const environment = setBaseUrls(
    redirected ? nameKubernetes(probes.pod) : probes.pod,
    policy,
    choice.capture,
  );
  const { spec } = environment.pod;
  // Decided by the author's containers, before ours are added.
  const share = resourcesIn(bare.pod);
  const rules = {
    guarded,
    opaque: ports.opaque,
    openTcp: captured.openTcp,
    openUdp: captured.openUdp,
    resolvers: config.resolvers,
  };
  const resources = share(sidecarResources(policy, config));
  const own: Container[] = [
    ...(redirected ? [netInitContainer(rules, resources, config)] : []),
    sidecarContainer(
      {
        policy: policy.name,
        capture: choice.capture,
        guarded,
        opaque: ports.opaque,
        prefixes: pathPrefixes(bare.pod),
        probes: probes.carried,
        facts: podFacts(bare.pod),
        namespace: namespace.metadata.name,
        drainSeconds: drainSeconds(bare.pod),
        resources,
        auditLimitMebibytes: auditLimitMebibytes(auditVolume(policy, config)),
      },
      config,
    ),
  ];
  const status: Status = {
    version: config.version,
    policy: policy.name,
    policyHash: policy.sha256,
    mode: policy.mode,
    capture: choice.capture,
    reason: choice.reason,
    modelContainer: model.container.name,
    ports: [...guarded],
    adapter: captured.adapter,
    open: [...captured.open],
  };
  const annotations = environment.pod.metadata?.annotations ?? {};
  const pod = annotate(environment.pod, {
    [ANNOTATIONS.status]: statusText(status),
    [ANNOTATIONS.probes]: probes.annotation,
    [ANNOTATIONS.modelPorts]: foundPorts(ports, guarded),
    [ANNOTATIONS.defaultContainer]: annotations[ANNOTATIONS.defaultContainer] ?? model.container.name,
  });
  return {
    pod: {
      ...pod,
      spec: {
        ...spec,
        initContainers: [...own, ...(spec.initContainers ?? [])],
        volumes: withOwnVolumes(spec.volumes ?? [], ownVolumes(policy, config)),
      },
    },
    warnings: [
      ...environment.warnings,
      ...nameServerWarnings(bare.pod, choice.capture, config),
      ...(redirected ? opaqueWarnings(bare.pod, policy, guarded) : []),
      ...budgetWarnings(bare.pod),
      ...modelDownloadWarnings(bare.pod),
      ...volumeWarnings(bare.pod, policy, config),
    ],
    status,
  };
}

function plan({ pod, namespace, policies, config }: InjectInput): Plan {
  checkPod(pod);
  const bare = stripInjected(pod, config);
  checkReservedPorts(bare.pod);
  const policy = findPolicy(choosePolicy(bare.pod, namespace), namespace.metadata.name, policies);
  checkVolumes(pod, ownVolumes(policy, config), bare.injected);
  const model = findModelContainer(bare.pod);
  const ports = modelPorts(bare.pod, model.container, `spec.containers[${model.index}]`, policy.tcpPorts);
  const choice = chooseCapture(bare.pod, namespace, policy, config, bare.capture);
  checkOtherModels(bare.pod, model, ports, choice.capture);
  const captured =
    choice.capture === 'redirect'
      ? redirect(bare.pod, model, ports, policy, config)
      : takeover(bare.pod, model, ports);
  return { bare, model, policy, choice, captured, ports, namespace };
}

/**
 * Injects the boundary into a pod: pure, without I/O, clock or randomness, and idempotent. Never throws for any pod: a pod that cannot be
 * guarded is refused, and an unselected one is skipped with the reason.
 */
export function inject(input: InjectInput): Injection {
  const selection = select(input.pod, input.namespace, input.config);
  if (selection.kind === 'skip') return selection;
  try {
    const planned = plan(input);
    const { choice, captured, policy } = planned;
    const { pod, warnings, status } = assemble(planned, input.config);
    const ignored = selection.optOutIgnored
      ? ['the pod label llm-boundary.io/inject cannot opt out of a labelled namespace']
      : [];
    return {
      kind: 'injected',
      pod,
      status,
      policy,
      warnings: [
        `policy ${policy.name}, capture ${choice.capture} (${choice.reason}), ports ${captured.guarded.join(', ') || 'none'}`,
        ...ignored,
        ...captured.warnings,
        ...warnings,
      ].map((warning) => `llm-boundary: ${warning}`),
    };
  } catch (error) {
    if (error instanceof InjectionRefused) return { kind: 'refused', ...error.refusal };
    throw error;
  }
}

/** The refusal of {@link inject} for a malformed object. */
export function malformedPod(field: string): Injection {
  try {
    return refuse('pod_malformed', field);
  } catch (error) {
    if (error instanceof InjectionRefused) return { kind: 'refused', ...error.refusal };
    throw error;
  }
}
