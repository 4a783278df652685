import { SERVICE_ACCOUNTS_KEY } from '@llm-boundary/sidecar/policy';
import type { Logger } from 'pino';

import {
  ANCHOR,
  choosePolicy,
  InjectionRefused,
  LABELS,
  publishedName,
  type InjectConfig,
  type Namespace,
} from '../inject/index.ts';
import { Publisher, type BrokenPolicy, type Wanted, type WithoutShadow } from '../policies/index.ts';
import { assess, type Finding } from '../posture/assess.ts';
import type { WebhookMetrics } from '../telemetry/metrics.ts';
import type { ClusterState } from './cluster.ts';
import { writeEvent, type EventSubject } from './events.ts';
import type { LeaseHolder } from './lease.ts';
import type { Rest } from './rest.ts';
import { readServiceAccountIssuer } from './service-account-issuer.ts';
import { readAnchorCa } from './trust-config-map.ts';

const TICK_MS = 3000;
const SETTLE_MS = 100;
/** Keys of service accounts change when a cluster's administrator rotates them. */
const ISSUER_MS = 60_000;

export interface DutiesDeps {
  readonly rest: Rest;
  readonly state: ClusterState;
  readonly lease: LeaseHolder;
  /** The webhook's own namespace. */
  readonly systemNamespace: string;
  readonly config: InjectConfig;
  /** Who may ask sidecars for their last exchanges: `system:serviceaccount:NAMESPACE:NAME`. Default: none may. */
  readonly consoleSubject?: string | null;
  readonly metrics: WebhookMetrics;
  readonly log: Logger;
  readonly now: () => number;
}

/** A labelled namespace will need its policy, so it is published before the first pod. */
function wantedBy(namespace: Namespace, config: InjectConfig): readonly Wanted[] {
  const { name, labels } = namespace.metadata;
  if (labels?.[LABELS.inject] !== 'true' || config.systemNamespaces.includes(name)) return [];
  try {
    const choice = choosePolicy({ spec: { containers: [] } }, namespace);
    return [{ namespace: name, ...choice }];
  } catch (error) {
    if (error instanceof InjectionRefused) return [];
    throw error;
  }
}

function brokenKey({ namespace, name, problems }: BrokenPolicy): string {
  return JSON.stringify([namespace, name, problems]);
}

/** Tasks of the replica that holds the lease: publishing, Events and the posture metric. Owns its timers. */
export class LeaderTasks {
  readonly #deps: DutiesDeps;
  readonly #publisher: Publisher;
  /** Time of the last check of all pods, in Unix time. */
  #surveyedMs = 0;
  /** The policies that were wanted then; none without the lease. */
  #surveyed: readonly Wanted[] = [];
  /** Subjects that already have an Event. */
  readonly #told = new Set<string>();
  /** PEM; null: there is no anchor, or its CA is not published yet. */
  #anchorCa: string | null = null;
  /** JSON; null: the API server has not told yet. */
  #serviceAccounts: string | null = null;
  #askedIssuerMs = -Infinity;
  #timer: NodeJS.Timeout | null = null;
  #settling: NodeJS.Timeout | null = null;
  #running: Promise<void> | null = null;

  constructor(deps: DutiesDeps) {
    const { state, log, metrics } = deps;
    this.#deps = deps;
    this.#publisher = new Publisher({
      catalogue: state.catalogue,
      store: state.published,
      wanted: () => this.#wanted(),
      beside: () => ({
        ...(this.#anchorCa === null ? {} : { [ANCHOR.caKey]: this.#anchorCa }),
        ...(this.#serviceAccounts === null ? {} : { [SERVICE_ACCOUNTS_KEY]: this.#serviceAccounts }),
      }),
      onError: (error, namespace, name) => {
        metrics.publishErrors.inc();
        log.error({ err: error, namespace, name }, 'policy not published');
      },
    });
  }

  #wanted(): readonly Wanted[] {
    const { state, config } = this.#deps;
    return [...state.mounted(), ...state.namespaces().flatMap((each) => wantedBy(each, config))];
  }

  start(): void {
    this.#timer = setInterval(() => this.#run(), TICK_MS);
    this.#run();
  }

  /** Runs now instead of at the next tick. */
  soon(): void {
    if (this.#settling !== null || this.#timer === null) return;
    this.#settling = setTimeout(() => {
      this.#settling = null;
      this.#run();
    }, SETTLE_MS);
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    if (this.#settling !== null) clearTimeout(this.#settling);
    this.#timer = null;
    await this.#running;
    await this.#deps.lease.release(this.#deps.now()).catch((error: unknown) => this.#failed(error));
  }

  #run(): void {
    if (this.#running !== null) return;
    this.#running = this.#pass()
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#running = null;
      });
  }

  #failed(error: unknown): void {
    this.#deps.log.error({ err: error }, 'leader task failed; retrying');
  }

  async #pass(): Promise<void> {
    const { lease, state, metrics, now } = this.#deps;
    const broken = state.catalogue.broken();
    metrics.policies.set({ state: 'all' }, state.catalogue.size());
    metrics.policies.set({ state: 'broken' }, broken.length);
    metrics.policies.set({ state: 'without_shadow' }, state.catalogue.withoutShadow(this.#surveyed).length);
    for (const [list, seconds] of Object.entries(state.ages(now()))) metrics.cacheAge.set({ list }, seconds);
    await lease.tick(now());
    if (!lease.holds(now()) || !state.complete()) {
      metrics.published.set(0);
      metrics.policies.set({ state: 'missing' }, 0);
      metrics.unprotected.reset();
      this.#surveyed = [];
      return;
    }
    await this.#readAnchorCa();
    await this.#readServiceAccounts();
    metrics.published.set(await this.#publisher.reconcile(now()));
    await this.#tellBroken(broken);
    // These read every pod of the cluster: at most once a tick, however many pods are created meanwhile.
    if (now() - this.#surveyedMs < TICK_MS) return;
    this.#surveyedMs = now();
    this.#surveyed = this.#wanted();
    const withoutShadow = state.catalogue.withoutShadow(this.#surveyed);
    metrics.policies.set({ state: 'without_shadow' }, withoutShadow.length);
    await this.#tellWithoutShadow(withoutShadow);
    await this.#tellMissing();
    await this.#posture();
  }

  /** Without a readable CA, the published one stays. */
  async #readAnchorCa(): Promise<void> {
    const { config, rest, systemNamespace } = this.#deps;
    if (config.anchorUrl === null) return;
    try {
      this.#anchorCa = (await readAnchorCa(rest, systemNamespace)) ?? this.#anchorCa;
    } catch (error) {
      this.#failed(error);
    }
  }

  /** What was published stays while the API server does not tell. */
  async #readServiceAccounts(): Promise<void> {
    const { rest, now, consoleSubject = null } = this.#deps;
    if (now() - this.#askedIssuerMs < ISSUER_MS) return;
    this.#askedIssuerMs = now();
    try {
      this.#serviceAccounts = await readServiceAccountIssuer(rest, consoleSubject);
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'keys of service accounts not read; retrying');
    }
  }

  async #tellBroken(broken: readonly BrokenPolicy[]): Promise<void> {
    for (const policy of broken) {
      const { namespace, name, problems, lastGoodHolds } = policy;
      const consequence = lastGoodHolds
        ? 'the last valid version stays in force'
        : 'pods that need it are refused';
      const message = `${consequence}: ${problems.join('; ')}`;
      await this.#tell(brokenKey(policy), { kind: 'ConfigMap', namespace, name }, 'PolicyInvalid', message);
    }
  }

  async #tellWithoutShadow(without: readonly WithoutShadow[]): Promise<void> {
    const keys = new Set(without.map((policy) => JSON.stringify(['shadow', policy])));
    for (const key of this.#told) if (key.startsWith('["shadow"') && !keys.has(key)) this.#told.delete(key);
    for (const policy of without) {
      const { namespace, name, problems } = policy;
      const message = `the policy holds, and no shadow is judged beside it: ${problems.join('; ')}`;
      const key = JSON.stringify(['shadow', policy]);
      if (!this.#told.has(key)) this.#deps.log.warn({ namespace, name, problems }, 'shadow not published');
      await this.#tell(key, { kind: 'ConfigMap', namespace, name }, 'ShadowUnusable', message);
    }
  }

  /** Policies named by pods or namespaces that do not exist: running pods continue, new ones are refused. */
  async #tellMissing(): Promise<void> {
    const { state, metrics } = this.#deps;
    const missing = new Map(
      this.#surveyed
        .filter(
          ({ namespace, name, mode }) => state.catalogue.effective(namespace, name, mode).kind === 'unknown',
        )
        .map((wanted) => [JSON.stringify(['missing', wanted.namespace, wanted.name]), wanted]),
    );
    metrics.policies.set({ state: 'missing' }, missing.size);
    // A policy that is missing, returns and is missing again is reported again.
    for (const key of this.#told)
      if (key.startsWith('["missing"') && !missing.has(key)) this.#told.delete(key);
    for (const [key, { namespace, name, mode }] of missing) {
      const subject = { kind: 'ConfigMap', namespace, name: publishedName(name, mode) } as const;
      const message = `Policy ${name} does not exist. Running pods keep its last version; new pods that name it are refused. Create its ConfigMap, or name another policy.`;
      await this.#tell(key, subject, 'PolicyMissing', message);
    }
  }

  async #posture(): Promise<void> {
    const { state, config, metrics } = this.#deps;
    const deps = {
      namespace: (name: string) => state.namespace(name),
      effective: state.catalogue.effective.bind(state.catalogue),
      systemNamespaces: config.systemNamespaces,
    };
    const findings = state.pods().flatMap(({ pod, phase }) => assess(pod, phase, deps) ?? []);
    metrics.unprotected.reset();
    for (const { namespace, gaps } of findings) {
      for (const condition of gaps) metrics.unprotected.inc({ namespace, condition });
    }
    for (const finding of findings.filter(({ boundary }) => !boundary)) await this.#tellUnprotected(finding);
  }

  async #tellUnprotected({ namespace, name, missing, signs }: Finding): Promise<void> {
    const why = missing
      ? 'it is labelled for a boundary'
      : `it looks like an LLM workload (${signs.join(', ')})`;
    const message = `This pod has no boundary, and ${why}. ${missing ? 'Delete it, so that it is recreated.' : 'Label its namespace llm-boundary.io/inject=true.'}`;
    await this.#tell(`pod ${namespace}/${name}`, { kind: 'Pod', namespace, name }, 'NoBoundary', message);
  }

  async #tell(key: string, subject: EventSubject, reason: string, message: string): Promise<void> {
    if (this.#told.has(key)) return;
    // Bounds the memory; at worst an Event is written twice.
    if (this.#told.size > 10_000) this.#told.clear();
    await writeEvent(this.#deps.rest, subject, reason, message, this.#deps.now());
    this.#told.add(key);
  }
}
