import { isDecision, type DecisionLine } from '../../audit/record/schema.ts';
import { Matcher, type Filter } from '../../audit/verify/filter.ts';
import { linesKept } from '../../audit/verify/kept-lines.ts';
import { SeenPlaces } from '../../audit/verify/seen-places.ts';
import { workloadNames } from '../../audit/verify/workload-names.ts';
import { UsageError } from '../flags/flags.ts';
import { CallTally, type ToolCalls } from './learn/learn-calls.ts';
import type { Observation } from './observation.ts';

/** What a record says of traffic, and what no list can be made of. */
export interface Recorded {
  readonly observations: readonly Observation[];
  /** Of every tool that the observations name. */
  readonly calls: readonly ToolCalls[];
  /** For people: what was left out and why, without line feeds. */
  readonly notes: readonly string[];
}

/** Different requests that are told apart; names are outsiders' to choose. */
const MAX_KINDS = 100_000;
/** Of what is only said, and not proposed. */
const MAX_NOTES = 50;

/** What a policy can name: no wildcard, which a name in a record must not become, and no placeholder of the record for what is no name. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._:/@+~-]{0,255}$/;

type Learnable = Omit<Observation, 'count'>;

/**
 * What the decisions of a record ask for. Refused requests are left out and counted, unless `refused`: whoever was refused wanted in, and that
 * alone is no reason. @throws the file system's errors, UsageError where there is too much of it.
 */
export async function readRecorded(
  paths: readonly string[],
  filter: Filter,
  refused: boolean,
): Promise<Recorded> {
  const matcher = new Matcher(filter, await workloadNames(filter, () => linesKept(paths)));
  const seen = new SeenPlaces();
  const gathered = new Gathered(refused);
  for await (const line of linesKept(paths))
    if (isDecision(line) && matcher.matches(line) && seen.isNew(line.origin, line.seq)) gathered.add(line);
  return gathered.recorded;
}

class Gathered {
  readonly #refused: boolean;
  readonly #kinds = new Map<string, { readonly one: Learnable; count: number }>();
  readonly #notes = new Map<string, number>();
  readonly #origins = new Set<string>();
  readonly #calls = new CallTally();
  #decisions = 0;
  /** Null: no line says it. */
  #tainted: number | null = null;

  constructor(refused: boolean) {
    this.#refused = refused;
  }

  add(line: DecisionLine): void {
    if (line.kind === 'close' || line.kind === 'retry') return;
    this.#decisions += 1;
    for (const origin of line.origins ?? []) this.#origins.add(origin);
    if (line.tainted !== undefined) this.#tainted = (this.#tainted ?? 0) + (line.tainted ? 1 : 0);
    if (line.verdict === 'block' && !this.#refused) {
      for (const text of refusalsOf(line)) this.#note(text);
      this.#take({ ...NOTHING, hits: rulesOf(line) });
      return;
    }
    const one = observed(line);
    if (typeof one === 'string') this.#note(one);
    this.#take(typeof one === 'string' ? { ...NOTHING, hits: rulesOf(line) } : one);
    if (typeof one !== 'string') this.#countCalls(line, one);
    if (line.cut !== undefined)
      this.#note('a decision whose names or hits were left out or shortened for their length');
  }

  #countCalls(line: DecisionLine, { host, seen }: Learnable): void {
    if (seen === null) return;
    const { mcp, tools } = seen;
    this.#calls.add(line, mcp === undefined ? null : host, mcp?.tools ?? tools);
  }

  get recorded(): Recorded {
    const notes = [...this.#notes].map(([text, count]) => `${text}: ${count}`);
    const left = notes.length - MAX_NOTES;
    const origins = [...this.#origins].sort().join(', ');
    return {
      observations: [...this.#kinds.values()].map(({ one, count }) => ({ ...one, count })),
      calls: this.#calls.all,
      notes: [
        `decisions read: ${this.#decisions}; text of: ${origins === '' ? 'unknown' : origins}; tainted requests: ${this.#tainted ?? 'unknown'}`,
        ...notes.slice(0, MAX_NOTES),
        ...(left > 0 ? [`and ${left} more`] : []),
      ],
    };
  }

  #take(one: Learnable): void {
    const key = JSON.stringify(one);
    const known = this.#kinds.get(key);
    if (known !== undefined) known.count += 1;
    else if (this.#kinds.size < MAX_KINDS) this.#kinds.set(key, { one, count: 1 });
    else
      throw new UsageError(
        `--record: more than ${MAX_KINDS} different requests; pick some of them with --workload, --from and --to`,
      );
  }

  #note(text: string): void {
    // Bounded, as the names in them are outsiders'.
    if (this.#notes.size < MAX_KINDS || this.#notes.has(text))
      this.#notes.set(text, (this.#notes.get(text) ?? 0) + 1);
  }
}

/** No request: only hits are told of it. */
const NOTHING: Learnable = {
  ...{ method: '', path: '', host: null, kind: 'model', reach: 'path' },
  ...{ seen: null, hits: [] },
};

function rulesOf({ hits }: DecisionLine): Observation['hits'] {
  return hits.map(({ rule, code }) => ({ rule, code }));
}

function refusalsOf({ code, model, tools, host, hits }: DecisionLine): readonly string[] {
  const rules = hits.filter(({ mode }) => mode === 'enforce').map(({ rule }) => rule);
  const of = [model, ...tools, host ?? null].filter((name) => name !== null && NAME.test(name));
  const what = of.length === 0 ? '' : ` of ${of.slice(0, 4).join(', ')}`;
  return [`refused${what} (${rules[0] ?? code ?? 'no rule'}), not proposed`];
}

/** A sentence where no list can name it. */
function observed(line: DecisionLine): Learnable | string {
  const { dialect, direction, method, host = null, connection, model } = line;
  if (connection !== undefined) return connected(line, connection);
  if (direction === 'outbound' && (host === null || !isHost(host))) return 'a host that is no plain name';
  const { path: at } = line;
  const base = { method, path: at, host, reach: 'path', hits: rulesOf(line) } as const;
  if (dialect === 'opaque') {
    if (!isPath(at)) return 'a path that no entry can name';
    // Of a WebSocket too; its handshake is a GET.
    return { ...base, kind: 'opaque', seen: null };
  }
  // Of a reply of MCP the record has the tools that the server lists, and a tool that is listed is not one that is used.
  const isRequest = line.status === null;
  const tools = dialect === 'mcp' && !isRequest ? [] : line.tools.filter((tool) => NAME.test(tool));
  if (dialect === 'mcp' && host !== null) {
    const mcp = { path: at, tools, resources: [], prompts: [], definitions: new Map<string, string>() };
    return { ...base, kind: 'mcp', seen: { model: null, tools: [], mcp } };
  }
  const named = model !== null && NAME.test(model) ? model : null;
  return { ...base, kind: 'model', seen: { model: named, tools } };
}

function connected(
  line: DecisionLine,
  { protocol, host, port, address }: NonNullable<DecisionLine['connection']>,
): Learnable | string {
  const place = `${host ?? address ?? 'an unknown address'}:${port ?? '?'}`;
  if (line.direction === 'inbound')
    return `connections that speak no HTTP to port ${port ?? '?'}: endpoints.tcp can list it`;
  if (protocol === 'tcp')
    return `connections that speak no HTTP to ${printable(place)}: action.tcp can list it`;
  const name = host === null || port === null || port === 443 ? host : `${host}:${port}`;
  if (name === null || !isHost(name)) return 'TLS connections to an address without a name';
  return { ...NOTHING, host: name, kind: 'opaque', reach: 'host', hits: rulesOf(line) };
}

function printable(text: string): string {
  return NAME.test(text) ? text : 'a place that is no plain name';
}

function isHost(host: string): boolean {
  return /^(?:[a-z0-9_.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/.test(host);
}

/** As it came, never with a wildcard at its end, and not cut. */
function isPath(path: string): boolean {
  return /^\/[^\s?#*%]*$/.test(path) && path.length < 256;
}
