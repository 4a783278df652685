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
    after: (tool, exact) => {
      const called = new Set(exchange.prompt.calls.map(({ name }) => name));
      if (called.has(tool) || exact) return called.has(tool);
      const folded = foldToolName(tool);
      return [...called].some((name) => foldToolName(name) === folded);
    },
  };
}

/**
 * Counts a call that was allowed, as the conditions of its list ask; also of a tool that an agent may take for one they name. `names`: under
 * which clients may read it; it counts as exactly a tool only where all of them are that tool.
 */
export function noteCall(
  exchange: Exchange,
  { place, counts }: CompiledTools,
  { log, now, adds }: Counting,
  call: { readonly names: ReadonlySet<string>; readonly args: unknown },
): void {
  if (!adds || counts.length === 0) return;
  const folded = new Set([...call.names].map(foldToolName));
  for (const query of counts) {
    if (!folded.has(foldToolName(query.tool))) continue;
    const scope = placed(exchange, place, query);
    log.add(scope, query, call.args, now());
    if (call.names.size === 1 && call.names.has(query.tool))
      log.add(scope, { ...query, exact: true }, call.args, now());
  }
}

/** What the conditions of these lists may ask in an exchange, of the server that replicas share. */
export function countersOf(
  exchange: Exchange,
  { place, counts }: CompiledTools,
): readonly (readonly [scope: string, query: CountQuery])[] {
  return counts.flatMap((query) => {
    const scope = placed(exchange, place, query);
    return [[scope, query] as const, [scope, { ...query, exact: true }] as const];
  });
}

/** A call is judged in the conversation and again at its MCP server: each list counts for itself. */
function placed(exchange: Exchange, place: string, { of }: CountQuery): string {
  return `${place} ${scopeOf(exchange, of)}`;
}

/** How often the history of the conversation ends with this very call, other tools left aside. Names that an agent may take for one tool are one. */
export function repetitions(
  { prompt }: Exchange,
  { name, arguments: args }: Pick<ToolCall, 'name' | 'arguments'>,
): number {
  const folded = foldToolName(name);
  const isOwn = (each: ToolCall): boolean => each.name === name || foldToolName(each.name) === folded;
  const own = prompt.calls.filter(isOwn).map((each) => formOf(each.arguments));
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
