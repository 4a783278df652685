import type { Mode } from '../../exchange/verdict.ts';
import { foldName } from './names/argument-names.ts';
import { compileLikeness } from './names/tool-names.ts';
import type { CompiledTool, CompiledTools, ToolContext } from './compiled-tools.ts';
import type { CountQuery } from './call-counts.ts';
import { compileCondition, ConditionFault, countsIn, type Condition } from './condition.ts';
import type { AbsentNames } from './condition-names.ts';
import { compileGlobLists, compileGlobs, globsIntersect } from '../patterns/glob.ts';
import { PolicyInvalid } from '../kinds/problem.ts';
import { schemasOf, type ToolRule, type ToolSet } from '../keys/tools.ts';
import { compileSchema, type CompiledSchema } from './schema/json-schema.ts';

/** Limit of combined rules: two layers with a hundred wildcards each make ten thousand; more cannot be reviewed. */
const MAX_RULES = 10_000;

/** Where tools are listed, and the names without a value there. */
export interface ToolPlace {
  /** In the policy: `action.tools`. */
  readonly path: string;
  readonly absent: AbsentNames;
}

/**
 * One rule of each set that names the tool; for a set whose default is allow, alternatively the condition that none of its rules names it.
 */
interface Combination {
  readonly rules: readonly ToolRule[];
  readonly unnamed: readonly ToolSet[];
}

/**
 * All sets must agree, while the compiled rules are alternatives. So they are multiplied out: for each choice of one rule per set, a rule
 * that requires all of their conditions. Combinations that no name can match are dropped. @throws PolicyInvalid if there are too many.
 */
export function compileTools(
  sets: readonly ToolSet[],
  section: Mode,
  { absent, path }: ToolPlace,
): readonly CompiledTool[] {
  let combinations: readonly Combination[] = [{ rules: [], unnamed: [] }];
  for (const set of sets) {
    combinations = combinations.flatMap((combination) => extend(combination, set));
    if (combinations.length > MAX_RULES) throw tooMany();
  }
  return combinations
    .filter(({ rules }) => rules.length > 0)
    .map((combination) => compileTool(combination, sets, section, { absent, path }));
}

function extend({ rules, unnamed }: Combination, set: ToolSet): Combination[] {
  const named = set.tools
    .filter((tool) => rules.every((rule) => globsIntersect(rule.name, tool.name)))
    .map((tool) => ({ rules: [...rules, tool], unnamed }));
  return set.default === 'allow' ? [...named, { rules, unnamed: [...unnamed, set] }] : named;
}

function compileTool(
  { rules, unnamed }: Combination,
  sets: readonly ToolSet[],
  section: Mode,
  place: ToolPlace,
): CompiledTool {
  const patterns = [...new Set(rules.map((rule) => rule.name))];
  const matches = compileGlobLists(patterns.map((name) => [name]));
  const excluded = unnamed.map(compileNamed);
  const enforced = section === 'enforce' && rules.some((rule) => rule.mode === 'enforce');
  return {
    name: patterns.join(' & '),
    action: 'block',
    mode: enforced ? 'enforce' : 'observe',
    matchesName: (name) => matches(name) && !excluded.some((excludes) => excludes(name)),
    matchesModel: compileModels(rules.flatMap((rule) => rule.models?.allOf ?? [])),
    when: all(rules.map((rule) => condition(rule, 'when', place))),
    arguments: all(rules.map((rule) => condition(rule, 'arguments', place))),
    schemas: rules.flatMap(schemasOf).flatMap((each) => (each === 'offered' ? [] : [schema(each)])),
    fitsOffer: rules.flatMap(schemasOf).includes('offered'),
    sources: rules.flatMap((rule) =>
      Object.entries(rule.sources ?? {}).map(([name, from]) => ({ argument: foldName(name), from })),
    ),
    readsInput: rules.every(readsInput),
    repeats: smallestOf(rules.map(({ repeats }) => repeats)),
    actsOutside: compileOutside(rules, sets),
    pinned: compilePins(rules),
    entries: rules,
    apart: () => rules.map((rule) => compileTool({ rules: [rule], unnamed: [] }, sets, section, place)),
  };
}

function compilePins(rules: readonly ToolRule[]): CompiledTool['pinned'] {
  const lists = rules.flatMap(({ pins }) =>
    pins === undefined ? [] : [typeof pins === 'string' ? [pins] : pins],
  );
  const toFirst = rules.some(({ pin, pins }) => pin === true && pins === undefined);
  if (!toFirst && lists.length === 0) return null;
  return { toFirst, lists: lists.map((list) => list.map((each) => each.slice('sha256-'.length))) };
}

/** A tool that is named: in other letters too, unless the rule that names it only observes. */
function compileNamed({ tools }: ToolSet): (name: string) => boolean {
  const named = compileGlobs(tools.map(({ name }) => name));
  const enforced = compileLikeness(namesOf(tools, 'enforce'));
  return (name) => named(name) || enforced(name);
}

/** See {@link CompiledTools.resembles}. */
export function compileResemblance(sets: readonly ToolSet[]): CompiledTools['resembles'] {
  const tools = sets.flatMap((set) => set.tools);
  const enforced = compileLikeness(namesOf(tools, 'enforce'));
  const observed = compileLikeness(namesOf(tools, 'observe'));
  return (name) => (enforced(name) ? 'enforce' : observed(name) ? 'observe' : null);
}

function namesOf(tools: readonly ToolRule[], wanted: Mode): readonly string[] {
  return tools.filter(({ mode }) => mode === wanted).map(({ name }) => name);
}

/**
 * Whose results leave an exchange untainted. A layer whose conditions may rely on taint must trust the tool itself, so that no other layer
 * loosens them.
 */
export function compileTrust(sets: readonly ToolSet[]): (tool: string) => boolean {
  const relying = sets.filter(({ tools }) => tools.some(relies));
  const lists = (relying.length > 0 ? relying : sets).map(({ tools }) => ({
    trusted: compileGlobs(tools.filter(({ results }) => results === 'trusted').map(({ name }) => name)),
    untrusted: compileLikeness(
      tools.filter(({ results }) => results === 'untrusted').map(({ name }) => name),
    ),
  }));
  return (tool) =>
    lists.length > 0 && lists.every(({ trusted, untrusted }) => trusted(tool) && !untrusted(tool));
}

/** What these rules, all of which compile, ask of earlier calls: each once. */
export function countsOf(sets: readonly ToolSet[]): readonly CountQuery[] {
  const asked = sets
    .flatMap(({ tools }) => tools.flatMap(({ when, arguments: condition }) => [when, condition]))
    .flatMap((each) => (each !== undefined && /\bcalls\b/.test(each) ? countsIn(each) : []));
  return [...new Map(asked.map((query) => [JSON.stringify(query), query])).values()];
}

function smallestOf(numbers: readonly (number | undefined)[]): number | null {
  const given = numbers.filter((each) => each !== undefined);
  return given.length === 0 ? null : Math.min(...given);
}

/** What of a conversation these rules depend on. */
export function flowsAskedFor(rules: readonly ToolRule[]): {
  readonly tainted: boolean;
  readonly isPrivate: boolean;
} {
  const isOutside = rules.some(({ acts }) => acts === 'outside');
  return {
    tainted: isOutside || rules.some((rule) => names(rule, /\btainted\b/)),
    isPrivate: isOutside || rules.some((rule) => names(rule, PRIVATE)),
  };
}

const PRIVATE = /\bprivate\b/;

function names({ when, arguments: condition }: ToolRule, name: RegExp): boolean {
  return [when, condition].some((each) => each !== undefined && name.test(each));
}

/** Tools that return private data, in any layer; null for none. */
export function compilePrivate(sets: readonly ToolSet[]): ((tool: string) => boolean) | null {
  const reading = sets.flatMap(({ tools }) => tools.filter(({ reads }) => reads === 'private'));
  return reading.length === 0 ? null : compileLikeness(reading.map(({ name }) => name));
}

/** Under a condition that names private data, that condition decides. */
function compileOutside(rules: readonly ToolRule[], sets: readonly ToolSet[]): CompiledTool['actsOutside'] {
  const outside = rules
    .filter((rule) => !names(rule, PRIVATE))
    .flatMap((rule) => sets.find(({ tools }) => tools.includes(rule))?.tools ?? [])
    .filter(({ acts }) => acts === 'outside');
  return outside.length === 0 ? null : compileLikeness([...new Set(outside.map(({ name }) => name))]);
}

/** True unless the rule asks something of arguments, and not of one that is called `input`. */
function readsInput({ arguments: condition, sources }: ToolRule): boolean {
  const asks = [condition, ...Object.keys(sources ?? {})].filter((each) => each !== undefined);
  return asks.length === 0 || asks.some((each) => /\binput\b/.test(each));
}

/** Its decision depends on what is trusted. */
function relies({ when, arguments: condition, sources, acts }: ToolRule): boolean {
  return (when ?? condition ?? sources ?? acts) !== undefined;
}

/** A request without a model passes only lists with `*`. */
export function compileModels(
  lists: readonly (readonly string[])[],
): ((model: string | null) => boolean) | null {
  if (lists.every((list) => list.includes('*'))) return null;
  const matches = compileGlobLists(lists);
  return (model) => model !== null && matches(model);
}

/** The same condition occurs in many combinations. */
const compiled = new Map<string, Condition>();

/** @throws PolicyInvalid for a name that has no value under the effective policy, which no single layer can tell */
function condition(
  rule: ToolRule,
  kind: 'when' | 'arguments',
  { absent, path }: ToolPlace,
): Condition | null {
  const expression = rule[kind];
  if (expression === undefined) return null;
  const key = `${kind} ${Object.keys(absent).join()} ${expression}`;
  let found = compiled.get(key);
  if (found === undefined) {
    try {
      found = compileCondition(expression, kind, absent);
    } catch (error) {
      if (!(error instanceof ConditionFault)) throw error;
      const message = `tool ${rule.name}, ${kind} at offset ${error.offset}: ${error.message}`;
      throw new PolicyInvalid([{ source: 'effective policy', line: null, column: null, path, message }]);
    }
    if (compiled.size >= 4096) compiled.clear();
    compiled.set(key, found);
  }
  return found;
}

/** The same schema occurs in many combinations. */
const schemas = new WeakMap<object, CompiledSchema>();

function schema(written: Readonly<Record<string, unknown>>): CompiledSchema {
  const found = schemas.get(written) ?? compileSchema(written, 'policy');
  schemas.set(written, found);
  return found;
}

function all(conditions: readonly (Condition | null)[]): Condition | null {
  const given = [...new Set(conditions)].filter((each) => each !== null);
  const [first, ...rest] = given;
  if (first === undefined) return null;
  return rest.length === 0 ? first : (context: ToolContext) => given.every((each) => each(context));
}

function tooMany(): PolicyInvalid {
  const message = `the tools of the layers combine to more than ${MAX_RULES} rules; use fewer names with wildcards`;
  return new PolicyInvalid([
    { source: 'effective policy', line: null, column: null, path: 'action.tools', message },
  ]);
}
