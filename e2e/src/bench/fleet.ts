import { setTimeout as sleep } from 'node:timers/promises';

import {
  DEFAULT_CONFIG,
  inject,
  jsonPatch,
  LABELS,
  parsePod,
  publishedName,
  type PolicyLookup,
} from '@llm-boundary/webhook/inject';

import { table } from './spread.ts';
import { cpuMicrosOf, rssMiB } from './subject.ts';

const FLEETS = [1_000, 10_000] as const;
/** V8 returns what only the start needed after half a minute. */
const SETTLE_MS = 40_000;
const IDLE_MS = 30_000;
/** Of a model that writes at a usual pace, each a write of its own. */
const EVENTS_A_SECOND = 50;
const INJECTIONS = 2_000;

/** A sidecar without traffic. */
export interface Idle {
  readonly rssMiB: number;
  readonly cpuMicrosPerSecond: number;
}

/** Waits until a sidecar that has just started is at rest, and watches it then. */
export async function idle(pid: number): Promise<Idle> {
  await sleep(SETTLE_MS);
  const before = cpuMicrosOf(pid);
  await sleep(IDLE_MS);
  return { rssMiB: rssMiB(pid), cpuMicrosPerSecond: (cpuMicrosOf(pid) - before) / (IDLE_MS / 1000) };
}

const POLICIES: PolicyLookup = (_namespace, name, mode) => ({
  kind: 'found',
  policy: {
    name,
    mode,
    configMap: publishedName(name, mode),
    sha256: '00'.repeat(32),
    providers: [{ name: 'openai', url: 'https://api.openai.com' }],
    tcpPorts: [],
    tcpServers: [],
    resources: {},
    demandsRedirect: false,
  },
});

/** CPU of the webhook for the injection of a pod, µs: reading it, deciding, and the patch; without HTTP, TLS and the API server. */
export function injectionMicros(): number {
  const raw = {
    metadata: { name: 'agent' },
    spec: { containers: [{ name: 'agent', image: 'agent:1', ports: [{ containerPort: 8080 }] }] },
  };
  const namespace = { metadata: { name: 'chat', labels: { [LABELS.inject]: 'true' } } };
  const injectOnce = (): void => {
    const pod = parsePod(raw);
    if (!pod.ok) throw new Error(`the pod of the benchmark is malformed: ${pod.field}`);
    const result = inject({ pod: pod.value, namespace, policies: POLICIES, config: DEFAULT_CONFIG });
    if (result.kind !== 'injected')
      throw new Error(`the pod of the benchmark is not injected: ${result.kind}`);
    jsonPatch(raw, result.pod);
  };
  for (let count = 0; count < INJECTIONS; count += 1) injectOnce();
  const before = process.cpuUsage();
  for (let count = 0; count < INJECTIONS; count += 1) injectOnce();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / INJECTIONS;
}

/** Medians of the benchmark, for one sidecar. */
export interface Costs extends Idle {
  readonly afterLoadMiB: number;
  readonly chatMicros: number;
  /** An event that arrives alone. */
  readonly eventMicros: number;
  readonly injectionMicros: number;
}

/** What a sidecar in each of many pods takes: the figures for one, times the pods. */
export function fleetTable(costs: Costs): string {
  const gib = (mib: number) => (pods: number) => `${((mib * pods) / 1024).toFixed(0)} GiB`;
  const cores = (microsPerSecond: number) => (pods: number) =>
    `${((microsPerSecond * pods) / 1e6).toPrecision(2)} cores`;
  const rows: readonly (readonly [string, string, (pods: number) => string])[] = [
    ['memory, without traffic', `${costs.rssMiB.toFixed(0)} MiB`, gib(costs.rssMiB)],
    ['memory, after the cases above', `${costs.afterLoadMiB.toFixed(0)} MiB`, gib(costs.afterLoadMiB)],
    [
      'CPU, without traffic',
      `${costs.cpuMicrosPerSecond.toFixed(0)} µs a second`,
      cores(costs.cpuMicrosPerSecond),
    ],
    ['CPU, a chat of new text a second', `${costs.chatMicros.toFixed(0)} µs`, cores(costs.chatMicros)],
    [
      `CPU, a stream of ${EVENTS_A_SECOND} events a second`,
      `${costs.eventMicros.toFixed(0)} µs an event`,
      cores(costs.eventMicros * EVENTS_A_SECOND),
    ],
    [
      'CPU of the webhook, all pods created at once',
      `${costs.injectionMicros.toFixed(0)} µs a pod`,
      (pods) => `${((costs.injectionMicros * pods) / 1e6).toPrecision(2)} s of a core`,
    ],
  ];
  return table(
    [
      'a sidecar in each pod, calculated',
      'one',
      ...FLEETS.map((pods) => `${pods.toLocaleString('en')} pods`),
    ],
    rows.map(([what, one, of]) => [what, one, ...FLEETS.map(of)]),
  );
}
