import type { ToolCall } from '../../exchange/index.ts';
import type {
  CompiledPolicy,
  CompiledTool,
  CompiledTools,
  ToolContext,
} from '../../policy/compile/compiled.ts';
import type { Budget } from '../budget.ts';
import type { Tally } from '../tally.ts';
import { accountOf } from './account.ts';
import type { ActionContext, Arguments, Listing, Wanted } from './action-context.ts';
import { holdsNothing, offeredSchemas } from './offered-schemas.ts';
import { earlierCalls, noteCall, repetitions } from './earlier-calls.ts';
import { changedHash, isUnoffered } from './definitions.ts';
import { sourcesOf } from './value-sources.ts';
import type { Hit } from '../../exchange/verdict.ts';

/**
 * Judges a call, under each name that clients may read. Arguments that are uncertain or no JSON object (a token limit cut them off) fail
 * every condition on arguments; a tool without conditions may still be called.
 */
export function judgeCall(
  context: ActionContext,
  call: ToolCall,
  tally: Tally,
  budget: Budget,
  listed = toolAllowlist(context.policy),
): void {
  const args = call.uncertain === true ? 'unreadable' : parseArguments(call.arguments);
  const { pointer, atProvider, arguments: text } = call;
  for (const name of [call.name, ...(call.alsoNamed ?? [])])
    judgeTool(context, listed, { name, pointer, args, text, atProvider }, tally, budget);
  if (context.counting === undefined || tally.blocked) return;
  const names = new Set([call.name, ...(call.alsoNamed ?? [])]);
  noteCall(context.exchange, listed.tools, context.counting, { names, args });
}

/** The allowlist of tools, and its name in messages. */
export interface ListedTools {
  readonly tools: CompiledTools;
  /** Policy section for messages: `action.tools`. */
  readonly section: string;
  /** The rule hit by an unlisted tool. */
  readonly unlisted: Hit['rule'];
}

export function toolAllowlist({ action }: CompiledPolicy): ListedTools {
  return { tools: action, section: 'action.tools', unlisted: 'tool.not-listed' };
}

export function judgeTool(
  context: ActionContext,
  { tools: listed, ...words }: ListedTools,
  wanted: Wanted,
  ...[tally, budget]: [Tally, Budget]
): void {
  const { tools, mode: section } = listed;
  const { name, pointer, args } = wanted;
  const rules = rulesFor(name, tools);
  context.account?.(
    accountOf(context, listed, wanted, rules, (rule) => firstFailure(rule, context, listed, wanted, budget)),
  );
  if (rules.length === 0) {
    hitUnnamed(listed, words, wanted, tally);
    return;
  }
  // Rules of a tool are alternatives: one match suffices. The meet of policies multiplies them out.
  const failures = rules.map((rule) => ({
    rule,
    failed: firstFailure(rule, context, listed, wanted, budget),
  }));
  const allowing = failures.filter(({ failed }) => failed === null);
  if (allowing.length > 0) {
    if (allowing.every(({ rule }) => holdsNothing(rule, context, name)))
      context.openSchema?.(name, typeof args !== 'string');
    return;
  }
  const mode = rules.some((rule) => rule.mode === 'observe') ? 'observe' : section;
  for (const { rule: compiled, failed } of failures) {
    const rule = failed ?? words.unlisted;
    tally.hit(
      { control: 'action', rule, code: rule === CHANGED ? 'tool_changed' : 'tool_not_allowed', pointer },
      { action: 'block', mode },
      `${pointer}: refused by ${rule} of ${words.section}${rule === CHANGED ? saidOf(changedHash(compiled, context, name)) : args === 'never known' ? AT_PROVIDER : adviceOn(rule, compiled, context, wanted)}`,
    );
  }
}

/** Of a tool that no rule names. */
function hitUnnamed(
  { default: fallback, mode, resembles }: CompiledTools,
  { section, unlisted }: Omit<ListedTools, 'tools'>,
  { name, pointer }: Wanted,
  tally: Tally,
): void {
  const resembled = fallback === 'allow' ? resembles(name) : null;
  if (fallback === 'allow' && resembled === null) return;
  const rule = resembled === null ? unlisted : 'tool.look-alike';
  tally.hit(
    { control: 'action', rule, code: 'tool_not_allowed', pointer },
    { action: 'block', mode: resembled === 'observe' ? 'observe' : mode },
    `${pointer}: ${resembled === null ? 'not listed' : 'written like a tool that is listed'} in ${section}`,
  );
}

/** Names whose rules are remembered. */
const MAX_NAMES = 1_024;
const LONGEST_NAME = 256;
/** Lists are immutable. With a thousand rules, looking for those of a name takes longer than judging them. */
const RULES = new WeakMap<readonly CompiledTool[], Map<string, readonly CompiledTool[]>>();

export function rulesFor(name: string, tools: readonly CompiledTool[]): readonly CompiledTool[] {
  let known = RULES.get(tools);
  if (known === undefined) RULES.set(tools, (known = new Map<string, readonly CompiledTool[]>()));
  const found = known.get(name);
  if (found !== undefined) return found;
  const rules = tools.filter((tool) => tool.matchesName(name));
  if (known.size >= MAX_NAMES) known.clear();
  if (name.length <= LONGEST_NAME) known.set(name, rules);
  return rules;
}

const CHANGED = 'tool.changed';

function saidOf(hash: string | null): string {
  return hash === null
    ? ': the request does not offer a tool of this name, so that no definition of it is approved'
    : `: its definition is now sha256-${hash}`;
}

/** What an agent can do about it. */
const ADVICE: Readonly<Record<string, string>> = {
  'tool.repeats':
    ': this call was made before, with the same arguments, and its result will be the same; go on with what it gave, or do something else',
  'tool.acts-outside':
    ': private data and untrusted text were read in this conversation, so nothing may leave it',
};

function adviceOn(
  rule: string,
  { schemas, fitsOffer }: CompiledTool,
  context: ActionContext,
  { name, args }: Wanted,
): string {
  if (rule !== 'tool.schema') return ADVICE[rule] ?? '';
  if (args === 'unreadable') return ': its arguments cannot be read';
  if (fitsOffer && offeredSchemas(context, name) === null)
    return context.listed === undefined ? NO_SCHEMA : LISTED[context.listed(name).state];
  if (typeof args !== 'string') {
    const keyword = schemas
      .map((schema) => schema.fault(args))
      .find((fault) => fault !== null && fault !== '');
    return `: its arguments do not fit ${keyword === undefined ? 'the schema of the tool' : `schema.${keyword}`}`;
  }
  return NO_SCHEMA;
}

const USABLE = 'keywords and patterns as in a policy, and no reference to other places';
const NO_SCHEMA = `: the schema that the request declares for it is missing, or cannot be used: ${USABLE}`;
/** Why no schema of a tool of an MCP server is known. */
const LISTED: Readonly<Record<Listing['state'], string>> = {
  listed: `: its server lists it without a schema, or with one that cannot be used: ${USABLE}`,
  'not seen':
    ': its server has not listed it here yet, so that its schema is not known; list the tools (tools/list), then call it again',
  removed:
    ': it is not in the list of tools (tools/list) that its server sent last, so that it has no schema',
  'too large': ': the schemas that its server lists exceed the limit of 4,194,304 characters for one server',
};

const AT_PROVIDER =
  ': the provider runs this tool and no call of it is judged, so its conditions must hold when it is offered, and none may be on its calls';

/** The first condition of a rule that fails; null if all hold. */
function firstFailure(
  rule: CompiledTool,
  context: ActionContext,
  listed: CompiledTools,
  wanted: Wanted,
  budget: Budget,
): Hit['rule'] | null {
  const { exchange, policy, tainted, isPrivate, counting } = context;
  const { model } = exchange.prompt;
  const { name, args } = wanted;
  if (rule.matchesModel !== null && !rule.matchesModel(model)) return 'tool.models';
  if (hasOtherDefinition(rule, context, wanted)) return CHANGED;
  const input: ToolContext = {
    tool: { name },
    args: typeof args === 'string' ? {} : args,
    exchange: {
      tainted,
      private: isPrivate,
      direction: exchange.direction,
      dialect: exchange.dialect,
      model: model ?? '',
    },
    caller: exchange.caller,
    workload: policy.workload,
    // Calls at the provider are not counted.
    ...(args === 'never known' ? {} : { calls: earlierCalls(exchange, listed, counting) }),
  };
  // Conditions are evaluated for each call: an agent offers the same tools in every context.
  if (args === 'not known yet') {
    const isUsable = !rule.fitsOffer || budget.run('schema', () => offeredSchemas(context, name) !== null);
    return isUsable ? null : 'tool.schema';
  }
  if (rule.when !== null && !holds(rule.when, input, budget)) return 'tool.when';
  const failure = failureOfConversation(rule, context, wanted);
  if (failure !== null) return failure;
  if (!fitsSchemas(rule, context, wanted, budget)) return 'tool.schema';
  return rule.arguments === null && rule.sources.length === 0
    ? null
    : failureOfArguments(rule, { exchange, policy }, args, input, budget);
}

function hasOtherDefinition(
  rule: CompiledTool,
  context: ActionContext,
  { name, args, atProvider, isForced = false }: Wanted,
): boolean {
  if (changedHash(rule, context, name) !== null) return true;
  const isOffer = (args === 'not known yet' && !isForced) || args === 'never known';
  return !isOffer && atProvider !== true && isUnoffered(rule, context, name);
}

/** As `firstFailure`, of what the conversation so far says about the call. */
function failureOfConversation(
  { repeats, actsOutside }: CompiledTool,
  { exchange, tainted, isPrivate }: ActionContext,
  { name, args, text = '' }: Wanted,
): Hit['rule'] | null {
  if (
    repeats !== null &&
    (args === 'never known' || repetitions(exchange, { name, arguments: text }) >= repeats)
  )
    return 'tool.repeats';
  return tainted && isPrivate && actsOutside?.(name) === true ? 'tool.acts-outside' : null;
}

/** False also for arguments that cannot be read, and for the free text of a custom tool unless the schema names `input`. */
function fitsSchemas(
  { schemas, fitsOffer }: CompiledTool,
  context: ActionContext,
  ...[{ name, args }, budget]: [Wanted, Budget]
): boolean {
  if (schemas.length === 0 && !fitsOffer) return true;
  if (typeof args === 'string') return false;
  return budget.run('schema', () => {
    const offered = fitsOffer ? offeredSchemas(context, name) : [];
    if (offered === null) return false;
    return [...schemas, ...offered].every(
      (schema) => (!isFreeText(args) || schema.names('input')) && schema.fault(args) === null,
    );
  });
}

/** As `firstFailure`, of a rule that asks something of arguments. */
function failureOfArguments(
  rule: CompiledTool,
  { exchange, policy }: Pick<ActionContext, 'exchange' | 'policy'>,
  args: Exclude<Arguments, 'not known yet'>,
  ...[input, budget]: [ToolContext, Budget]
): Hit['rule'] | null {
  // A custom tool's free text may hold any arguments.
  if (typeof args === 'string' || (!rule.readsInput && isFreeText(args)))
    return rule.arguments === null ? 'tool.sources' : 'tool.arguments';
  if (rule.arguments !== null && !holds(rule.arguments, input, budget)) return 'tool.arguments';
  const stand = budget.run('sources', () => sourcesOf(exchange, policy).allow(args, rule.sources));
  return stand ? null : 'tool.sources';
}

/** The form in which dialects pass on the input of a custom tool. */
function isFreeText(args: Readonly<Record<string, unknown>>): boolean {
  const [name, ...others] = Object.keys(args);
  return name === 'input' && others.length === 0 && typeof args['input'] === 'string';
}

/** A condition that fails to evaluate (a missing argument, a wrong type) is false: the model chose the arguments. */
function holds(condition: (context: ToolContext) => boolean, input: ToolContext, budget: Budget): boolean {
  return budget.run('cel', () => {
    try {
      return condition(input);
    } catch {
      return false;
    }
  });
}

/** The text is written by the model and untrusted. Empty text and `null` mean no arguments. */
function parseArguments(text: string): Arguments {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (value === null) return {};
    return typeof value === 'object' && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : 'unreadable';
  } catch {
    return 'unreadable';
  }
}
