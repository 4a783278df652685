import type { Audit } from './api-audit.ts';
import type { Policies, Policy } from './api-policies.ts';
import type { Fleet, History, Workload } from './api.ts';
import type { Decision, Decisions } from './api-decisions.ts';
import { ConditionsCache } from './conditions-cache.ts';
import { decisionOf, rowsOf } from './exchanges.ts';
import { auditOf, fleetOf, modesIn, type FleetFacts, type JudgedPod } from './fleet.ts';
import type { LabRun, LabRuns } from './lab-runs.ts';
import { labRequest, type LabTask } from './lab.ts';
import { DEFAULT, mayShow, policiesOf, policyOf, type PolicyKey } from './policies/policies.ts';
import { askForExchanges } from './recent-answer.ts';
import { refused, type Run } from './run.ts';
import type { FleetDecisions } from './search/api.ts';
import { searchFleet } from './search/search.ts';
import { Searches } from './search/searches.ts';
import type { Sight } from './sight/sight.ts';
import type { BookLayers, ConsoleSource, SeenPod } from './source.ts';
import type { Silence } from '../posture/silent.ts';
import { decisionsOf, workloadOf, type DecisionFilter } from './workload.ts';

/** Pods of one workload whose sidecars are asked. */
const MAX_ASKED = 50;
/** Pods that are searched for an exchange. */
const MAX_SEARCHED = 2_000;
const MAX_ROWS = 1_000;
/** Of a search over the fleet. */
const MAX_SEARCH_MS = 3_600_000;
const SILENCE_MS = 5_000;
const REVIEWS_AT_ONCE = 16;

interface WorkloadName {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
}

/** Null: of all namespaces that the user may see. */
interface FleetFilter extends DecisionFilter {
  readonly namespace: string | null;
}

/** The user may not list the pods of a namespace that a request names, whether it exists or not. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';

  constructor({ user }: Sight, namespace: string) {
    const right = `${user.username} may not list pods in the namespace ${namespace}, which the console shows to those who may`;
    // The name comes from an address, which others may have written: what is no name does not go into a command to be copied.
    const isName = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace);
    super(isName ? `${right}: kubectl auth can-i list pods -n ${namespace}` : right);
  }
}

/** What each page of the API says, to those who may see it. Null: it is not there. Rejects with NotAllowed. */
export class Answers {
  readonly #source: ConsoleSource;
  readonly #now: () => number;
  readonly #conditions: ConditionsCache;
  readonly #lab: Pick<LabRuns, 'run'>;
  readonly #searches = new Searches();
  #silence: { readonly answer: Promise<Silence>; readonly untilMs: number } | null = null;

  constructor(source: ConsoleSource, now: () => number, lab: Pick<LabRuns, 'run'>) {
    this.#source = source;
    this.#lab = lab;
    this.#now = now;
    this.#conditions = new ConditionsCache(source, now);
  }

  get kind(): ConsoleSource['kind'] {
    return this.#source.kind;
  }

  async fleet(sight: Sight): Promise<Fleet> {
    const [pods, facts] = await Promise.all([this.#visible(sight), this.#facts()]);
    this.#conditions.keep(this.#source.pods());
    const judged = pods.map((pod): JudgedPod => ({ ...pod, conditions: this.#conditions.of(pod) }));
    return fleetOf(judged, facts, this.#now());
  }

  async audit(sight: Sight): Promise<Audit> {
    const [pods, { silence }] = await Promise.all([this.#visible(sight), this.#facts()]);
    const listed = silence.anchor === 'answered' ? silence.pods.map(({ namespace }) => namespace) : [];
    return auditOf(pods, silence, await seen(sight, listed), this.#now());
  }

  async policies(sight: Sight): Promise<Policies> {
    return policiesOf(await this.#visible(sight), this.#source.policies);
  }

  async policy(sight: Sight, key: PolicyKey): Promise<Policy | null> {
    await mustSee(sight, key.namespace);
    const { policies } = this.#source;
    // Layers come from the namespace that was named and from that of the policies.
    const sees = await seen(sight, [policies.home]);
    return policyOf(key, this.#podsIn(key.namespace), policies, new Set([...sees, key.namespace]));
  }

  async workload(sight: Sight, name: WorkloadName): Promise<Workload | null> {
    const pods = await this.#podsOf(sight, name);
    if (pods === null) return null;
    const asked = pods.slice(0, MAX_ASKED);
    const [conditions, answers, facts] = await Promise.all([
      Promise.all(asked.map((pod) => this.#conditions.ask(pod))),
      askForExchanges(asked, `?limit=${MAX_ROWS}`, this.#source),
      this.#facts(),
    ]);
    const judged = pods.map((pod, index): JudgedPod => ({
      ...pod,
      conditions: conditions[index] ?? this.#conditions.of(pod),
    }));
    return workloadOf(judged, answers, facts, this.#now());
  }

  async history(sight: Sight, name: WorkloadName): Promise<History | null> {
    const pods = await this.#podsOf(sight, name);
    if (pods === null) return null;
    const { prometheus } = this.#source;
    return prometheus === null
      ? { v: 1, prometheus: 'absent', problem: null, points: [] }
      : prometheus.history({ ...name, pods: pods.map(({ finding }) => finding.name) });
  }

  async decisions(sight: Sight, name: WorkloadName, filter: DecisionFilter): Promise<Decisions | null> {
    const pods = await this.#podsOf(sight, name);
    if (pods === null) return null;
    const limit = Math.min(Math.max(Math.trunc(filter.limit) || 1, 1), MAX_ROWS);
    const isWhole = filter.show === 'all' && filter.fromMs === -Infinity && filter.toMs === Infinity;
    const asked = `?limit=${isWhole ? limit : MAX_ROWS}`;
    const answers = await askForExchanges(pods.slice(0, MAX_ASKED), asked, this.#source);
    return decisionsOf(pods, answers, { ...filter, limit }, this.#now());
  }

  /** Over all that the user may see. `gone`: whoever asked no longer waits. */
  async search(sight: Sight, filter: FleetFilter, gone: AbortSignal): Promise<Run<FleetDecisions>> {
    if (!(filter.toMs - filter.fromMs <= MAX_SEARCH_MS) || filter.toMs < filter.fromMs)
      return refused('bad_request', 'from and to are needed, in milliseconds, at most an hour apart');
    const { namespace } = filter;
    if (namespace !== null) await mustSee(sight, namespace);
    const limit = Math.min(Math.max(Math.trunc(filter.limit) || 1, 1), MAX_ROWS);
    return this.#searches.run(sight.user.username, async () =>
      searchFleet(
        namespace === null ? await this.#visible(sight) : this.#podsIn(namespace),
        { ...filter, limit },
        { source: this.#source, now: this.#now, gone },
      ),
    );
  }

  async decision(
    sight: Sight,
    {
      id,
      namespace,
      pod,
    }: { readonly id: string; readonly namespace: string | null; readonly pod: string | null },
  ): Promise<Decision | null> {
    if (namespace !== null) await mustSee(sight, namespace);
    const visible = namespace === null ? await this.#visible(sight) : this.#podsIn(namespace);
    const pods = visible.filter(({ finding }) => pod === null || finding.name === pod).slice(0, MAX_SEARCHED);
    const answers = await askForExchanges(pods, `?id=${encodeURIComponent(id)}`, this.#source);
    for (const { pod: from, recent } of answers) {
      const found = recent?.exchanges.find((exchange) => exchange.id === id);
      if (recent !== null && found !== undefined)
        return decisionOf(from, found, { log: recent.log, policies: this.#source.policies });
    }
    return null;
  }

  /** For those who see the namespace that it names, or any. Rejects if the lab fails. */
  async lab(sight: Sight, body: unknown): Promise<LabRun> {
    const parsed = labRequest.safeParse(body);
    if (!parsed.success) {
      const limit = parsed.error.issues.find(({ code }) => code === 'custom');
      if (limit === undefined) return refused('bad_request', 'the request cannot be read');
      return refused('bad_request', `${limit.path.join('.')}: ${limit.message}`);
    }
    const { namespace, copyOf, shapesOf } = parsed.data;
    if (namespace !== null) await mustSee(sight, namespace);
    if (namespace === null && !(await this.#seesAny(sight)))
      return refused('bad_request', 'the lab is for those who may list the pods of a namespace');
    const outer = namespace === null ? null : await this.#outerOf(sight, namespace, copyOf ?? DEFAULT);
    const pods = shapesOf === null ? null : await this.#podsOf(sight, shapesOf);
    if (shapesOf !== null && pods === null)
      return refused('bad_request', `shapesOf: there is no ${shapesOf.kind} ${shapesOf.name} that has pods`);
    const recent = pods === null ? null : await this.#recentOf(pods);
    return this.#lab.run(sight.user.username, { request: parsed.data, outer, recent });
  }

  /** What a policy in the lab is met with. `name`: its fingerprints go with it where the user may see it. */
  async #outerOf(sight: Sight, namespace: string, name: string): Promise<BookLayers> {
    const { policies } = this.#source;
    const sees = await seen(sight, [policies.home]);
    const isShown = mayShow({ namespace, name }, this.#podsIn(namespace), policies, sees);
    return policies.layers(namespace, isShown ? name : DEFAULT);
  }

  /** The last exchanges of a workload, as far as its sidecars say. */
  async #recentOf(pods: readonly SeenPod[]): Promise<NonNullable<LabTask['recent']>> {
    const answers = await askForExchanges(pods.slice(0, MAX_ASKED), `?limit=${MAX_ROWS}`, this.#source);
    const guarded = pods.filter(({ finding }) => finding.boundary).length;
    const answered = answers.filter(({ problem }) => problem === null).length;
    return { rows: rowsOf(answers), sidecars: guarded, silent: guarded - answered };
  }

  /** Of the namespaces with an LLM workload, or all of the cluster. */
  async #seesAny(sight: Sight): Promise<boolean> {
    return (await sight.sees(null)) || (await this.#visible(sight)).length > 0;
  }

  async #visible(sight: Sight): Promise<readonly SeenPod[]> {
    const pods = this.#source.pods();
    const sees = await seen(
      sight,
      pods.map(({ finding }) => finding.namespace),
    );
    return pods.filter(({ finding }) => sees.has(finding.namespace));
  }

  /** Whether the user may see it is asked before. */
  #podsIn(namespace: string): readonly SeenPod[] {
    return this.#source.pods().filter(({ finding }) => finding.namespace === namespace);
  }

  /** Null: there are none. Rejects with NotAllowed. */
  async #podsOf(sight: Sight, { namespace, kind, name }: WorkloadName): Promise<readonly SeenPod[] | null> {
    await mustSee(sight, namespace);
    const pods = this.#podsIn(namespace).filter(
      ({ controller }) => controller.kind === kind && controller.name === name,
    );
    return pods.length === 0 ? null : pods;
  }

  async #facts(): Promise<FleetFacts> {
    if (this.#silence === null || this.#now() >= this.#silence.untilMs)
      this.#silence = { answer: this.#source.silence(), untilMs: this.#now() + SILENCE_MS };
    return { silence: await this.#silence.answer, modeOf: modesIn(this.#source.policies) };
  }
}

async function mustSee(sight: Sight, namespace: string): Promise<void> {
  if (!(await sight.seesNamed(namespace))) throw new NotAllowed(sight, namespace);
}

/** Namespaces that the user may see, of these. */
async function seen(sight: Sight, namespaces: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const queue = new Set(namespaces).values();
  const work = async (): Promise<void> => {
    for (const namespace of queue) if (await sight.sees(namespace)) found.add(namespace);
  };
  await Promise.all(Array.from({ length: REVIEWS_AT_ONCE }, work));
  return found;
}
