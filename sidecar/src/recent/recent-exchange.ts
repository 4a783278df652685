import type { Decision, Hit } from '../exchange/index.ts';

/** One exchange as `/exchanges` shows it: what its lines of the record say, without digests of arguments and bodies. Has no content. */
export interface RecentExchange {
  readonly id: string;
  /** Unix times in milliseconds; `endMs` null: not ended. */
  readonly startMs: number;
  readonly endMs: number | null;
  readonly direction: Decision['direction'];
  readonly dialect: Decision['dialect'];
  readonly method: string;
  readonly path: string;
  /** Outbound: `host[:port]`. Null: inbound. */
  readonly host: string | null;
  readonly model: string | null;
  /** At most 16, each cut to 128 characters, as all names are. */
  readonly tools: readonly string[];
  /** Digest of the verified caller: 32 lower-case hex digits. Null: anonymous, or policy or keys make none. */
  readonly caller: string | null;
  /** Null: no request to a model. */
  readonly tainted: boolean | null;
  readonly status: number | null;
  readonly outcome: Decision['outcome'];
  readonly tokens: { readonly input: number | null; readonly output: number | null };
  readonly policy: Decision['policy'];
  /** The boundary's own time, and all other time of the exchange: model, network, client. Null: not ended. */
  readonly boundaryMs: number | null;
  readonly restMs: number | null;
  /** In the order of the record, at most 32. */
  readonly steps: readonly RecentStep[];
}

/** One decision, which is one line of the record. */
interface RecentStep {
  readonly kind: Decision['kind'];
  readonly timeMs: number;
  readonly verdict: Decision['verdict'];
  readonly code: Decision['code'];
  readonly status: number | null;
  /** At most 16. */
  readonly hits: readonly RecentHit[];
  readonly moreHits: number;
  /** Number of its line, from 0. Null: it is not on the record. */
  readonly seq: number | null;
}

type RecentHit = Pick<Hit, 'control' | 'rule' | 'action' | 'code' | 'mode' | 'pointer'> & {
  readonly score: number | null;
};

const MAX_TOOLS = 16;
const MAX_HITS = 16;
const MAX_STEPS = 32;
const MAX_CHARS = 128;

function cut(text: string): string {
  return text.length > MAX_CHARS ? text.slice(0, MAX_CHARS) : text;
}

function cutOrNull(text: string | null | undefined): string | null {
  return text === null || text === undefined ? null : cut(text);
}

function stepOf(
  { kind, verdict, code, status, hits }: Decision,
  timeMs: number,
  seq: number | null,
): RecentStep {
  const shown = hits.slice(0, MAX_HITS).map(({ control, rule, action, code: why, mode, pointer, score }) => ({
    ...{ control, rule: cut(rule), action, code: why, mode },
    pointer: cutOrNull(pointer),
    score: score ?? null,
  }));
  return { kind, timeMs, verdict, code, status, hits: shown, moreHits: hits.length - shown.length, seq };
}

const UNKNOWN = {
  ...{ endMs: null, host: null, model: null, tools: [], caller: null, tainted: null, status: null },
  ...{ outcome: null, tokens: { input: null, output: null }, boundaryMs: null, restMs: null, steps: [] },
} as const;

function latest<T>(now: T | null | undefined, before: T | null): T | null {
  return now ?? before;
}

/** The exchange with one more decision. `known`: null for its first one. */
export function withDecision(
  known: RecentExchange | null,
  decision: Decision,
  timeMs: number,
  seq: number | null,
): RecentExchange {
  const { exchange: id, direction, dialect, method, path, usage, policy, caller, kind } = decision;
  const before = known ?? { ...UNKNOWN, startMs: timeMs };
  const tools = new Set([...before.tools, ...decision.tools.slice(0, MAX_TOOLS).map(cut)]);
  const step = stepOf(decision, timeMs, seq);
  return {
    ...{ id, direction, dialect, method, path, policy },
    ...{ startMs: before.startMs, boundaryMs: before.boundaryMs, restMs: before.restMs },
    endMs: latest(before.endMs, kind === 'close' ? timeMs : null),
    host: latest(cutOrNull(decision.host ?? connectedTo(decision)), before.host),
    model: latest(cutOrNull(decision.model), before.model),
    tools: [...tools].slice(0, MAX_TOOLS),
    caller: latest(caller?.digest, before.caller),
    tainted: latest(decision.tainted, before.tainted),
    status: latest(decision.status, before.status),
    outcome: latest(decision.outcome, before.outcome),
    tokens: {
      input: latest(usage?.inputTokens, before.tokens.input),
      output: latest(usage?.outputTokens, before.tokens.output),
    },
    steps: [...before.steps, step].slice(0, MAX_STEPS),
  };
}

/** Of a connection that is not HTTP. */
function connectedTo({ direction, connection }: Decision): string | null {
  if (direction === 'inbound' || connection === undefined) return null;
  const { host, address, port } = connection;
  return `${host ?? address ?? 'unknown'}${port === null ? '' : `:${port}`}`;
}

/** Characters that it holds, roughly; what is constant counts as 400. */
export function sizeOf({ path, host, model, tools, steps, method }: RecentExchange): number {
  let size = 400 + path.length + (host?.length ?? 0) + (model?.length ?? 0) + method.length;
  for (const tool of tools) size += tool.length;
  for (const { hits } of steps) {
    size += 100;
    for (const { rule, pointer } of hits) size += 100 + rule.length + (pointer?.length ?? 0);
  }
  return size;
}
