import { celEnv, CelScalar, isCelError, mapType, parse, plan, type CelInput } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import RE2 from 're2';

import type { Actor, Caller, Workload } from '../../exchange/index.ts';
import { namesIn, textsIn, variantFinder } from './names/argument-names.ts';
import { foldToolName } from './names/tool-names.ts';
import { CALLS_METHODS, queriesIn, withCalls, type CountQuery } from './call-counts.ts';
import type { ToolContext } from './compiled-tools.ts';
import { ConditionChecker, ConditionFault } from './condition-check.ts';
import type { AbsentNames } from './condition-names.ts';

export { ConditionFault } from './condition-check.ts';

/** A compiled condition. @throws if it cannot be evaluated (a missing argument, a wrong type), which counts as false. */
export type Condition = (context: ToolContext) => boolean;

/** Excluded functions, whose result can be as long as the product of two arguments' lengths. */
const TOO_LARGE: ReadonlySet<string> = new Set(['replace', 'join', 'format']);

const anyMap = mapType(CelScalar.STRING, CelScalar.DYN);

/** Compiled once per pattern: patterns come from policy only. */
const patterns = new Map<string, RE2>();

function compilePattern(pattern: string): RE2 {
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = new RE2(pattern, 'u');
    if (patterns.size >= 1024) patterns.clear();
    patterns.set(pattern, compiled);
  }
  return compiled;
}

const env = celEnv({
  variables: {
    ...{ tool: anyMap, args: anyMap, exchange: anyMap, caller: anyMap, workload: anyMap },
    calls: CelScalar.STRING,
  },
  funcs: [...strings.filter((func) => !TOO_LARGE.has(func.name)), ...CALLS_METHODS],
  re2: { compile: compilePattern },
});

/** Variables of conditions in `when` and in `arguments`. */
const VARIABLES = {
  when: ['tool', 'exchange', 'caller', 'workload', 'calls'],
  arguments: ['tool', 'exchange', 'caller', 'workload', 'calls', 'args'],
} as const;

/**
 * Compiles a CEL condition. `absent`: names that never have a value, as far as that is known yet (by default none).
 * @throws ConditionFault, with the offset in the expression.
 */
export function compileCondition(
  expression: string,
  kind: keyof typeof VARIABLES,
  absent: AbsentNames = {},
): Condition {
  const parsed = parseExpression(expression);
  new ConditionChecker(env, VARIABLES[kind], parsed, { compiles: compilePattern, absent }).check(parsed.expr);
  const evaluate = plan(env, parsed);
  // `when` sees no arguments.
  const readsOtherwise = kind === 'arguments' ? variantFinder(namesIn(parsed.expr)) : () => false;
  const named = /\btool\b/.test(expression) ? textsIn(parsed.expr) : new Set<string>();
  const folded = new Set([...named].map(foldToolName));
  // A name that resembles a tool counts where that refuses, and not where it allows: the condition must hold either way.
  const readings = /\bcalls\b/.test(expression) ? [true, false] : [true];
  return (context) => {
    const { name } = context.tool;
    if (folded.size > 0 && !named.has(name) && folded.has(foldToolName(name)))
      throw new Error('the tool is written like one that the condition names, in other letters');
    if (readsOtherwise(context.args))
      throw new Error(
        'names of arguments differ in case alone from each other, or from those of the condition',
      );
    const input = {
      tool: toMap(context.tool),
      args: toMap(context.args),
      exchange: toMap(context.exchange),
      caller: callerMap(context.caller),
      workload: workloadMap(context.workload),
      calls: '',
    };
    return readings.every((exact) => truthOf(withCalls(context.calls, exact, () => evaluate(input))));
  };
}

/** @throws Error for what is neither true nor false */
function truthOf(result: unknown): boolean {
  if (typeof result === 'boolean') return result;
  // The library's message may quote values from the model.
  throw new Error(
    isCelError(result) ? 'the condition cannot be evaluated' : 'the condition is neither true nor false',
  );
}

/** What a condition asks of earlier calls. `expression` compiles. */
export function countsIn(expression: string): readonly CountQuery[] {
  return queriesIn(parseExpression(expression).expr);
}

function parseExpression(expression: string): ReturnType<typeof parse> {
  try {
    return parse(expression);
  } catch (error) {
    const offset = offsetOf(error);
    throw new ConditionFault('not a valid CEL expression from here on', offset);
  }
}

/** The parser's error carries `location.start.offset` but its class is not exported. */
function offsetOf(error: unknown): number {
  const location = typeof error === 'object' && error !== null && 'location' in error ? error.location : null;
  if (typeof location !== 'object' || location === null || !('start' in location)) return 0;
  const { start } = location;
  return typeof start === 'object' && start !== null && 'offset' in start && typeof start.offset === 'number'
    ? start.offset
    : 0;
}

/**
 * JSON as CEL values in Maps: the library reads properties such as `constructor` and `$typeName` of plain objects, which a model could set.
 */
function toMap(value: object): Map<string, CelInput> {
  return new Map(Object.entries(value).map(([key, item]) => [key, toCel(item)]));
}

/** What is not known of a caller is absent, so that a condition on it does not hold, whichever way it asks. */
function callerMap({ address, identity }: Caller): Map<string, CelInput> {
  const values = new Map<string, CelInput>([['address', address]]);
  if (identity === null) return values;
  const { subject, issuer, claims, groups, actor } = identity;
  values.set('subject', subject).set('issuer', issuer).set('claims', toMap(claims));
  if (groups !== null) values.set('groups', [...groups]);
  if (actor !== null) values.set('actor', actorMap(actor));
  return values;
}

function actorMap({ subject, issuer, actor }: Actor): Map<string, CelInput> {
  const values = new Map<string, CelInput>([['subject', subject]]);
  if (issuer !== null) values.set('issuer', issuer);
  if (actor !== null) values.set('actor', actorMap(actor));
  return values;
}

/** As {@link callerMap}: what is not known is absent. */
function workloadMap({ namespace, name, serviceAccount, labels }: Workload): Map<string, CelInput> {
  const values = new Map<string, CelInput>();
  if (namespace !== null) values.set('namespace', namespace);
  if (name !== null) values.set('name', name);
  if (serviceAccount !== null) values.set('serviceAccount', serviceAccount);
  if (labels !== null) values.set('labels', new Map(labels));
  return values;
}

function toCel(value: unknown): CelInput {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number')
    return value;
  if (Array.isArray(value)) return value.map(toCel);
  if (typeof value === 'object') return toMap(value);
  throw new TypeError('not a JSON value');
}
