import { CelScalar, celMethod, type CelFunc, type parse } from '@bufbuild/cel';

import { windowOf } from '../kinds/quantity.ts';

type Expr = NonNullable<ReturnType<typeof parse>['expr']>;
type CallExpr = Extract<Expr['exprKind'], { case: 'callExpr' }>['value'];

/** What a condition asks of earlier calls. */
export interface CountQuery {
  readonly tool: string;
  /** Calls by this very name alone. Absent: also by names that an agent may take for it. */
  readonly exact?: true;
  /** The argument whose numbers are added up; null: calls are counted. */
  readonly argument: string | null;
  readonly windowMs: number;
  /** Of one caller, of one of its conversations, or of all callers of the sidecar. */
  readonly of: 'caller' | 'workload' | 'conversation';
}

/** Earlier calls, for the conditions on a call. */
export interface EarlierCalls {
  /** @throws if it is not known */
  count(query: CountQuery): number;
  /** True if the history of the conversation has a call of the tool; `exact`: by this very name alone. */
  after(tool: string, exact: boolean): boolean;
}

/** How each function is called, for messages. */
export const CALLS_FUNCTIONS: Readonly<Record<string, string>> = {
  count: "calls.count('TOOL', '1h')",
  sum: "calls.sum('TOOL', 'ARGUMENT', '24h')",
  after: "calls.after('TOOL')",
};

/** What a call of a function of `calls` asks; null if it is none, or its arguments are not right. */
export function queryIn(call: CallExpr): CountQuery | 'after' | null {
  const texts = call.args.map(textOf);
  if (texts.includes(null)) return null;
  const [tool = '', ...rest] = texts.map((each) => each ?? '');
  if (call.function === 'after') return rest.length === 0 && tool !== '' ? 'after' : null;
  const argument = call.function === 'sum' ? rest.shift() : null;
  const [window = '', of = 'caller', ...more] = rest;
  const windowMs = windowOf(window);
  if (tool === '' || argument === undefined || argument === '' || windowMs === null || more.length > 0)
    return null;
  return isOf(of) ? { tool, argument, windowMs, of } : null;
}

/** Everything that a parsed expression asks. */
export function queriesIn(node: unknown): readonly CountQuery[] {
  if (Array.isArray(node)) return node.flatMap(queriesIn);
  if (typeof node !== 'object' || node === null) return [];
  const { case: kind, value } = node as { case?: unknown; value?: unknown };
  const below = Object.values(node).flatMap(queriesIn);
  if (kind !== 'callExpr') return below;
  const call = value as CallExpr;
  const query = isOfCalls(call) ? queryIn(call) : null;
  return query === null || query === 'after' ? below : [query, ...below];
}

export function isOfCalls({ target }: CallExpr): boolean {
  return target?.exprKind.case === 'identExpr' && target.exprKind.value.name === 'calls';
}

function isOf(text: string): text is CountQuery['of'] {
  return text === 'caller' || text === 'workload' || text === 'conversation';
}

function textOf({ exprKind }: Expr): string | null {
  if (exprKind.case !== 'constExpr') return null;
  const { constantKind } = exprKind.value;
  return constantKind.case === 'stringValue' ? constantKind.value : null;
}

interface Asked {
  readonly calls: EarlierCalls;
  readonly exact: boolean;
}

/** Conditions are evaluated one at a time, without a pause. */
let asked: Asked | null = null;

/** Runs `evaluate` with these calls as `calls`. `exact`: without those by names that only resemble the tool. */
export function withCalls<T>(calls: EarlierCalls | undefined, exact: boolean, evaluate: () => T): T {
  asked = calls === undefined ? null : { calls, exact };
  try {
    return evaluate();
  } finally {
    asked = null;
  }
}

function earlier(): Asked {
  if (asked === null) throw new Error('no calls are known here');
  return asked;
}

function countOf(tool: string, argument: string | null, window: string, of = 'caller'): number {
  const { calls, exact } = earlier();
  const windowMs = windowOf(window) ?? 0;
  const query = { tool, argument, windowMs, of: isOf(of) ? of : 'caller' } as const;
  return calls.count(exact ? { ...query, exact } : query);
}

function isAfter(tool: string): boolean {
  const { calls, exact } = earlier();
  return calls.after(tool, exact);
}

const { STRING, INT, DOUBLE, BOOL } = CelScalar;

/** Functions of the variable `calls`, whose value is the empty text. */
export const CALLS_METHODS: readonly CelFunc[] = [
  celMethod('count', STRING, [STRING, STRING], INT, (tool, window) => BigInt(countOf(tool, null, window))),
  celMethod('count', STRING, [STRING, STRING, STRING], INT, (tool, window, of) =>
    BigInt(countOf(tool, null, window, of)),
  ),
  celMethod('sum', STRING, [STRING, STRING, STRING], DOUBLE, (tool, argument, window) =>
    countOf(tool, argument, window),
  ),
  celMethod('sum', STRING, [STRING, STRING, STRING, STRING], DOUBLE, (tool, argument, window, of) =>
    countOf(tool, argument, window, of),
  ),
  celMethod('after', STRING, [STRING], BOOL, isAfter),
];
