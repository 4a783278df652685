import { isDecision, type DecisionLine, type Line } from '../record/schema.ts';
import type { WorkloadNames } from './workload-names.ts';

/** Selects lines; null matches everything. All given criteria must match. Names may contain `*` for any characters. */
export interface Filter {
  readonly exchange: string | null;
  readonly code: string | null;
  /** Start time: RFC 3339 in UTC with milliseconds. */
  readonly from: string | null;
  /** End time, inclusive. */
  readonly to: string | null;
  /** `CLUSTER/NAMESPACE/POD`, or consecutive parts of it; a controller or a label, as far as lines of an anchor tell them. */
  readonly workload: string | null;
  readonly model: string | null;
  readonly tool: string | null;
  readonly rule: string | null;
  readonly verdict: DecisionLine['verdict'] | null;
  /** Name of the policy. */
  readonly policy: string | null;
  /** The requested host, with or without its port, or the address. */
  readonly host: string | null;
  /** Of a value among the arguments of a call. */
  readonly digest: string | null;
  /** Subject of a verified caller, or its digest. */
  readonly caller: string | null;
}

/** Matches everything. */
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
  digest: null,
  caller: null,
};

/** Matches decisions against one filter. */
export class Matcher {
  readonly #filter: Filter;
  readonly #workload: RegExp | null;
  readonly #names: WorkloadNames;
  readonly #tests: readonly ((line: DecisionLine) => boolean)[];

  constructor(filter: Filter, names: WorkloadNames = new Map()) {
    this.#filter = filter;
    this.#names = names;
    this.#workload = filter.workload === null ? null : patternOf(filter.workload);
    this.#tests = [
      ...equal(filter.exchange, (line) => [line.exchange]),
      ...equal(filter.code, (line) => [line.code, ...line.hits.map((hit) => hit.code)]),
      ...equal(filter.verdict, (line) => [line.verdict]),
      ...like(filter.model, (line) => [line.model, line.served?.model ?? null]),
      ...like(filter.tool, (line) => line.tools),
      ...like(filter.rule, (line) => line.hits.map((hit) => hit.rule)),
      ...like(filter.policy, (line) => [line.policy?.name ?? null]),
      ...like(filter.host, hostsOf),
      ...like(filter.digest, digestsOf),
      ...like(filter.caller, ({ caller }) => [caller?.subject ?? null, caller?.digest ?? null]),
    ];
  }

  /** True if lines about the log itself are included: only times and workloads were given. */
  get wantsEvents(): boolean {
    return this.#tests.length === 0;
  }

  matches(line: Line): line is DecisionLine {
    return isDecision(line) && this.isOfPlace(line) && this.#tests.every((test) => test(line));
  }

  /** Whether the line, of any kind, is of the workload and within the time range. */
  isOfPlace(line: Line): boolean {
    const pattern = this.#workload;
    if (!this.isWithin(line) || pattern === null) return this.isWithin(line);
    const names = [...workloadOf(line.origin), ...(this.#names.get(line.origin) ?? [])];
    return names.some((name) => pattern.test(name));
  }

  /** Whether the line is within the time range. */
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
  const pattern = patternOf(wanted);
  return [(line) => values(line).some((value) => value !== null && pattern.test(value))];
}

function patternOf(wanted: string): RegExp {
  const escaped = wanted.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${escaped.join('.*')}$`, 'i');
}

/** `CLUSTER/NAMESPACE/POD` and its parts. */
function workloadOf(origin: string): readonly string[] {
  const [cluster = '', namespace = '', pod = ''] = origin.split('/');
  return [`${cluster}/${namespace}/${pod}`, `${namespace}/${pod}`, namespace, pod];
}

function digestsOf({ calls = [] }: DecisionLine): readonly (string | null)[] {
  return calls.flatMap((call) => call.arguments.map(({ digest }) => digest));
}

function hostsOf({ host, peer, connection }: DecisionLine): readonly string[] {
  const names = [host, peer?.address, connection?.host, connection?.address];
  return names.flatMap((name) =>
    name === undefined || name === null ? [] : [name, name.replace(/:\d+$/, '')],
  );
}
