import type { Exchange, ToolCall } from '../../exchange/index.ts';
import type { CountQuery, EarlierCalls } from '../../policy/compile/call-counts.ts';
import type { CompiledTools } from '../../policy/compile/compiled.ts';
import { foldToolName } from '../../policy/compile/names/tool-names.ts';
import type { Calls } from '../conversation/call-log.ts';
import { scopeOf } from '../conversation/scope.ts';
import type { SharedCalls } from '../conversation/shared-calls.ts';

/** A log of calls, as one exchange uses it. */
export interface Counting {
  readonly log: Calls;
  /** Milliseconds. */
  readonly now: () => number;
  /** False: what is judged has no effect, and does not count. */
  readonly adds: boolean;
  /** Those of all replicas. Absent: each sidecar counts alone. */
  readonly shared?: SharedCalls;
}

/** The calls before one that is judged. `counting`: absent where none are known. */
export function earlierCalls(
  exchange: Exchange,
  { place }: CompiledTools,
  counting?: Counting,
): EarlierCalls {
  return {
    count(query) {
      if (counting === undefined) throw new Error('no calls are known here');
      return counting.log.read(placed(exchange, place, query), query, counting.now());
    },
    after: (tool) => exchange.prompt.calls.some(({ name }) => name === tool),
  };
}

/** Counts a call that was allowed, as the conditions of its list ask; also of a tool that an agent may take for one they name. */
export function noteCall(
  exchange: Exchange,
  { place, counts }: CompiledTools,
  { log, now, adds }: Counting,
  call: { readonly name: string; readonly args: unknown },
): void {
  if (!adds || counts.length === 0) return;
  const name = foldToolName(call.name);
  for (const query of counts)
    if (foldToolName(query.tool) === name) log.add(placed(exchange, place, query), query, call.args, now());
}

/** What the conditions of these lists may ask in an exchange, of the server that replicas share. */
export function countersOf(
  exchange: Exchange,
  { place, counts }: CompiledTools,
): readonly (readonly [scope: string, query: CountQuery])[] {
  return counts.map((query) => [placed(exchange, place, query), query]);
}

/** A call is judged in the conversation and again at its MCP server: each list counts for itself. */
function placed(exchange: Exchange, place: string, { of }: CountQuery): string {
  return `${place} ${scopeOf(exchange, of)}`;
}

/** How often the history of the conversation ends with this very call, other tools left aside. */
export function repetitions(
  { prompt }: Exchange,
  { name, arguments: args }: Pick<ToolCall, 'name' | 'arguments'>,
): number {
  const own = prompt.calls.filter((each) => each.name === name).map((each) => formOf(each.arguments));
  const wanted = formOf(args);
  const other = own.findLastIndex((each) => each !== wanted);
  return own.length - 1 - other;
}

/** One form of arguments that differ in spaces and the order of members alone. */
function formOf(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text === '' ? '{}' : text), ordered);
  } catch {
    return text;
  }
}

function ordered(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
