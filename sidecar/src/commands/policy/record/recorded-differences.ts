import type { Change } from '../../../exchange/judgement.ts';
import { isDecision, type DecisionLine, type Line } from '../../../audit/record/schema.ts';
import { Matcher, type Filter } from '../../../audit/verify/filter.ts';
import { linesKept } from '../../../audit/verify/kept-lines.ts';
import { SeenPlaces } from '../../../audit/verify/seen-places.ts';
import { workloadNames } from '../../../audit/verify/workload-names.ts';

type ShadowLine = Extract<Line, { kind: 'shadow' }>;
type TallyLine = Extract<Line, { kind: 'shadow_tally' }>;

const COUNTS = ['same', 'would_refuse', 'would_allow', 'other', 'skipped', 'failed', 'unrecorded'] as const;
type ShadowCounts = Readonly<Record<(typeof COUNTS)[number], number>>;

/** Differences of one kind between a shadow and the policy in force. */
interface DifferenceGroup {
  readonly change: Change;
  /** Of the refusal, or the other verdict. */
  readonly code: string;
  /** The first rule that makes the difference; null where no rule is named. */
  readonly rule: string | null;
  readonly count: number;
  /** Decision ids, at most {@link EXAMPLES}. */
  readonly examples: readonly string[];
}

/** One shadow, as a record tells of it. */
export interface RecordedShadow {
  readonly sha256: string;
  readonly counts: ShadowCounts;
  /** Most frequent first. */
  readonly groups: readonly DifferenceGroup[];
}

const EXAMPLES = 3;
/** Refused exchanges whose rules are remembered until the shadow's line follows. */
const MAX_REFUSED = 10_000;

/** The shadows of a record, in the order in which they appear. @throws the file system's errors */
export async function readDifferences(
  paths: readonly string[],
  filter: Filter,
): Promise<readonly RecordedShadow[]> {
  const matcher = new Matcher(filter, await workloadNames(filter, () => linesKept(paths)));
  const seen = new SeenPlaces();
  const gathered = new Gathered();
  for await (const line of linesKept(paths)) {
    const isWanted = matcher.isOfPlace(line);
    if (line.kind === 'shadow_tally') {
      if (seen.isNew(line.origin, line.seq)) gathered.tally(line, isWanted);
    } else if (
      isWanted &&
      (line.kind === 'shadow' || isDecision(line)) &&
      seen.isNew(line.origin, line.seq)
    ) {
      if (line.kind === 'shadow') gathered.difference(line);
      else gathered.decision(line);
    }
  }
  return gathered.shadows;
}

interface Group extends DifferenceGroup {
  count: number;
  readonly examples: string[];
}

interface Gathering {
  readonly counts: Record<(typeof COUNTS)[number], number>;
  readonly groups: Map<string, Group>;
}

class Gathered {
  readonly #shadows = new Map<string, Gathering>();
  /** By log and shadow: counts grow from line to line. */
  readonly #last = new Map<string, TallyLine>();
  readonly #refused = new Map<string, string | null>();

  /** A refusal of the policy in force: its rule is in no line of the shadow. */
  decision({ exchange, verdict, hits }: DecisionLine): void {
    if (verdict !== 'block') return;
    this.#refused.delete(exchange);
    this.#refused.set(exchange, ruleOf(hits));
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > MAX_REFUSED && oldest !== undefined) this.#refused.delete(oldest);
  }

  difference({ change, exchange, hits, live, code, verdict, policy }: ShadowLine): void {
    const isLive = change === 'would_allow';
    const rule = isLive ? (this.#refused.get(exchange) ?? null) : ruleOf(hits);
    const what = (isLive ? live.code : code) ?? verdict;
    const { groups } = this.#of(policy.sha256);
    const key = JSON.stringify([change, what, rule]);
    const group = groups.get(key) ?? { change, code: what, rule, count: 0, examples: [] };
    groups.set(key, group);
    group.count += 1;
    if (group.examples.length < EXAMPLES) group.examples.push(exchange);
  }

  /** Adds what was counted since the line before, which is everything where counting began anew. */
  tally(line: TallyLine, isWanted: boolean): void {
    const key = JSON.stringify([line.origin, line.policy.sha256]);
    const before = this.#last.get(key);
    this.#last.set(key, line);
    if (!isWanted) return;
    const { counts } = this.#of(line.policy.sha256);
    const isAnew = before === undefined || COUNTS.some((each) => line[each] < before[each]);
    for (const each of COUNTS) counts[each] += line[each] - (isAnew ? 0 : before[each]);
  }

  get shadows(): readonly RecordedShadow[] {
    return [...this.#shadows].map(([sha256, { counts, groups }]) => ({
      sha256,
      counts,
      groups: [...groups.values()].sort((a, b) => b.count - a.count),
    }));
  }

  #of(sha256: string): Gathering {
    let gathering = this.#shadows.get(sha256);
    if (gathering === undefined) {
      const counts = {
        same: 0,
        would_refuse: 0,
        would_allow: 0,
        other: 0,
        skipped: 0,
        failed: 0,
        unrecorded: 0,
      };
      gathering = { counts, groups: new Map() };
      this.#shadows.set(sha256, gathering);
    }
    return gathering;
  }
}

/** What blocks before what redacts; null where nothing enforced matched. */
function ruleOf(hits: DecisionLine['hits']): string | null {
  const enforced = hits.filter(({ mode }) => mode === 'enforce');
  return (enforced.find(({ action }) => action === 'block') ?? enforced[0])?.rule ?? null;
}
