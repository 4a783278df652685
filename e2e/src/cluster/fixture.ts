import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Attempt, CallOutcome } from '../workloads/caller.ts';
import type { Cluster, KubeObject } from './cluster.ts';
import { image, IMAGES, SOURCE, withImages } from './images.ts';
import { expect, type Steps } from './steps.ts';
import { until } from './shell.ts';

/** The namespaces of a run. */
export const NAMESPACES = {
  system: 'llm-boundary',
  guarded: 'e2e-llm',
  clients: 'e2e-clients',
  restricted: 'e2e-restricted',
} as const;

/** Names of injection, repeated here so that a run notices changes. */
export const SIDECAR = 'llm-boundary-sidecar';
export const INJECT = 'llm-boundary.io/inject';
export const STATUS = 'llm-boundary.io/status';

/** Image fields of a container of the run. */
export const WORKLOAD = { image: image(IMAGES.workload), imagePullPolicy: SOURCE.pullPolicy } as const;

/** Shared state of the chapters of a run. */
export interface Fixture {
  readonly cluster: Cluster;
  readonly steps: Steps;
}

const WORKLOADS = new URL('../../src/workloads/', import.meta.url);

/** A manifest of `src/workloads`, as text, with the images of this run. */
export function manifest(name: string): string {
  return withImages(readFileSync(fileURLToPath(new URL(name, WORKLOADS)), 'utf8'));
}

/** Origin of an attempt. */
export interface From {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}
export const CLIENT: From = { namespace: NAMESPACES.clients, pod: 'client', container: 'client' };

/** Makes attempts from inside a container. @throws Error if exec fails */
export async function attempt(
  { cluster }: Fixture,
  from: From,
  attempts: readonly Attempt[],
): Promise<readonly CallOutcome[]> {
  const argv = ['exec', '-i', '-n', from.namespace, from.pod, '-c', from.container];
  const output = await cluster.kubectl([...argv, '--', 'node', '/app/workloads/call.js'], {
    input: JSON.stringify(attempts),
  });
  return JSON.parse(output) as readonly CallOutcome[];
}

export async function attemptOne(fixture: Fixture, from: From, one: Attempt): Promise<CallOutcome> {
  const [outcome] = await attempt(fixture, from, [one]);
  expect(outcome !== undefined, 'the caller gave no outcome');
  return outcome;
}

/** A chat completion of one user message, or of a whole body. */
export function chat(origin: string, content: string, more: object = {}): Attempt {
  return {
    kind: 'http',
    url: `${origin}/v1/chat/completions`,
    body: { model: 'demo-agent', messages: [{ role: 'user', content }], ...more },
  };
}

/** The stable code of a refusal; null: no refusal. */
export function codeOf({ body }: CallOutcome): string | null {
  const found = /"code"\s*:\s*"([a-z_]+)"/.exec(body);
  return found?.[1] ?? null;
}

/** The outcome for an error message, without content. */
export function told(outcome: CallOutcome): string {
  return (
    outcome.failure ??
    `status ${outcome.status}, code ${codeOf(outcome) ?? 'none'}, ${outcome.body.length} characters`
  );
}

interface PodStatus {
  readonly podIP?: string;
  readonly podIPs?: readonly { readonly ip: string }[];
  readonly phase?: string;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  readonly containerStatuses?: readonly { readonly restartCount: number }[];
  readonly initContainerStatuses?: readonly { readonly restartCount: number }[];
}
export function statusOf(pod: KubeObject): PodStatus {
  return pod.status ?? {};
}

/** IPv4 and, if the cluster has it, IPv6. */
export async function addressesOf(
  fixture: Fixture,
  namespace: string,
  name: string,
): Promise<{ v4: string; v6: string | null }> {
  const { podIPs = [] } = statusOf(await fixture.cluster.get('pod', name, namespace));
  const v4 = podIPs.find(({ ip }) => !ip.includes(':'))?.ip;
  expect(v4 !== undefined, `pod ${name} has no IPv4 address`);
  return { v4, v6: podIPs.find(({ ip }) => ip.includes(':'))?.ip ?? null };
}

/** The replicas of the webhook, on their way out too. */
export function webhookPods({ cluster }: Fixture): Promise<readonly KubeObject[]> {
  return cluster.list('pods', NAMESPACES.system, 'app.kubernetes.io/component=webhook');
}

export function initNames(pod: KubeObject): readonly string[] {
  return ((pod.spec?.['initContainers'] ?? []) as readonly { name: string }[]).map(({ name }) => name);
}

export function isInjected(pod: KubeObject): boolean {
  return initNames(pod).includes(SIDECAR);
}

/** The name of the first living pod with this label. */
export async function podOf({ cluster }: Fixture, namespace: string, app: string): Promise<string> {
  const pods = await cluster.list('pods', namespace, `app=${app}`);
  const living = pods.find(({ metadata }) => metadata.deletionTimestamp === undefined);
  expect(living !== undefined, `no pod with app=${app} in ${namespace}`);
  return living.metadata.name;
}

export function isReady(pod: KubeObject): boolean {
  return (statusOf(pod).conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
}

/**
 * Waits until there is a pod, and all pods that `kubectl get` finds by selector or name are ready. Polls, because `kubectl wait` hangs
 * after its watch was cut. @throws Error with the unready ones
 */
export async function ready(
  { cluster }: Fixture,
  namespace: string,
  what: readonly string[],
  seconds: number,
): Promise<void> {
  await until(
    `readiness of ${what.join(' ')}`,
    seconds,
    async () => {
      const text = await cluster.kubectl(['get', '-n', namespace, ...what, '-o', 'json']);
      const found = JSON.parse(text) as KubeObject & { readonly items?: readonly KubeObject[] };
      const pods = found.items ?? [found];
      const waiting = pods.filter((pod) => !isReady(pod)).map(({ metadata }) => metadata.name);
      if (pods.length > 0 && waiting.length === 0) return true;
      throw new Error(pods.length === 0 ? 'there is no such pod' : `not ready: ${waiting.join(', ')}`);
    },
    1000,
  );
}

/** Waits until all of these are deleted. */
export function gone(
  { cluster }: Fixture,
  kind: string,
  namespace: string,
  name: string,
  seconds: number,
): Promise<true> {
  return until(`${kind} ${name} is gone`, seconds, async () => {
    const { status, stderr } = await cluster.tryKubectl(['get', kind, name, '-n', namespace]);
    return status !== 0 && stderr.includes('NotFound') ? true : null;
  });
}
