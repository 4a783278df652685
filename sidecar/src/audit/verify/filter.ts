import { isDecision, type DecisionLine, type Line } from '../record/schema.ts';

/** What to show; null means everything. All that are given must hold. Names may hold `*` for any characters. */
export interface Filter {
  readonly exchange: string | null;
  readonly code: string | null;
  /** From this time on: RFC 3339 in UTC with milliseconds. */
  readonly from: string | null;
  /** Up to this time and not beyond. */
  readonly to: string | null;
  /** `CLUSTER/NAMESPACE/POD`, or a part of it from the beginning or the end of one of the three. */
  readonly workload: string | null;
  readonly model: string | null;
  readonly tool: string | null;
  readonly rule: string | null;
  readonly verdict: DecisionLine['verdict'] | null;
  /** Name of the policy. */
  readonly policy: string | null;
  /** Where it went or wanted to go: a host, with or without its port, or an address. */
  readonly host: string | null;
}

/** Shows everything. */
export const EVERYTHING: Filter = {
  exchange: null,
  code: null,
  from: null,
  to: null,
  workload: null,
  model: null,
  tool: null,
  rule: null,
  verdict: null,
  policy: null,
  host: null,
};

/** Holds every decision against one filter. */
export class Matcher {
  readonly #filter: Filter;
  readonly #tests: readonly ((line: DecisionLine) => boolean)[];

  constructor(filter: Filter) {
    this.#filter = filter;
    this.#tests = [
      ...equal(filter.exchange, (line) => [line.exchange]),
      ...equal(filter.code, (line) => [line.code, ...line.hits.map((hit) => hit.code)]),
      ...equal(filter.verdict, (line) => [line.verdict]),
      ...like(filter.workload, (line) => workloadOf(line.origin)),
      ...like(filter.model, (line) => [line.model, line.served?.model ?? null]),
      ...like(filter.tool, (line) => line.tools),
      ...like(filter.rule, (line) => line.hits.map((hit) => hit.rule)),
      ...like(filter.policy, (line) => [line.policy?.name ?? null]),
      ...like(filter.host, hostsOf),
    ];
  }

  /** True where lines about the log itself belong to what is shown: only times and workloads were asked for. */
  get wantsEvents(): boolean {
    return this.#tests.length === (this.#filter.workload === null ? 0 : 1);
  }

  matches(line: Line): line is DecisionLine {
    return isDecision(line) && this.isWithin(line) && this.#tests.every((test) => test(line));
  }

  /** Whether the line is of the time that was asked for. */
  isWithin(line: Line): boolean {
    if (line.kind === 'checkpoint') return true;
    const { from, to } = this.#filter;
    return (from === null || line.time >= from) && (to === null || line.time <= to);
  }
}

type Values = (line: DecisionLine) => readonly (string | null)[];

function equal(wanted: string | null, values: Values): readonly ((line: DecisionLine) => boolean)[] {
  return wanted === null ? [] : [(line) => values(line).includes(wanted)];
}

function like(wanted: string | null, values: Values): readonly ((line: DecisionLine) => boolean)[] {
  if (wanted === null) return [];
  const escaped = wanted.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`^${escaped.join('.*')}$`, 'i');
  return [(line) => values(line).some((value) => value !== null && pattern.test(value))];
}

/** `CLUSTER/NAMESPACE/POD` and what of it is a name of its own. */
function workloadOf(origin: string): readonly string[] {
  const [cluster = '', namespace = '', pod = ''] = origin.split('/');
  return [`${cluster}/${namespace}/${pod}`, `${namespace}/${pod}`, namespace, pod];
}

function hostsOf({ host, peer, connection }: DecisionLine): readonly string[] {
  const names = [host, peer?.address, connection?.host, connection?.address];
  return names.flatMap((name) =>
    name === undefined || name === null ? [] : [name, name.replace(/:\d+$/, '')],
  );
}
