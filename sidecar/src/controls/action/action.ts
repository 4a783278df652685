import type { Exchange, ToolCall } from '../../exchange/index.ts';
import type { CompiledPolicy, CompiledTool, ToolContext } from '../../policy/compiled.ts';
import type { Budget } from '../budget.ts';
import type { Tally } from '../tally.ts';
import type { Hit } from '../verdict.ts';

/** What the action control must know besides the exchange. */
export interface ActionContext {
  readonly exchange: Exchange;
  readonly policy: CompiledPolicy;
  /** Untrusted text went in, or a detector saw injection. */
  readonly tainted: boolean;
}

/** Which tools may the request put before the model? An offer must have a rule that could allow a call to it. */
export function judgeOffers(context: ActionContext, tally: Tally, budget: Budget): void {
  const { prompt } = context.exchange;
  for (const offer of prompt.offers) judgeTool(context, offer.name, offer.pointer, null, tally, budget);
  if (prompt.choice.kind !== 'forced') return;
  for (const name of prompt.choice.names)
    judgeTool(context, name, prompt.choice.pointer, null, tally, budget);
}

/** May the model make this call? `call.arguments` must be a JSON object, or empty. */
export function judgeCall(context: ActionContext, call: ToolCall, tally: Tally, budget: Budget): void {
  const args = parseArguments(call.arguments);
  if (args === null) {
    const setting = { action: 'block', mode: context.policy.action.mode } as const;
    tally.hit(
      {
        control: 'action',
        rule: 'tool.arguments-not-an-object',
        code: 'response_malformed',
        pointer: call.pointer,
      },
      setting,
    );
    return;
  }
  judgeTool(context, call.name, call.pointer, args, tally, budget);
}

function judgeTool(
  context: ActionContext,
  name: string,
  pointer: string,
  args: Readonly<Record<string, unknown>> | null,
  ...[tally, budget]: [Tally, Budget]
): void {
  const { action } = context.policy;
  const rules = action.tools.filter((tool) => tool.matchesName(name));
  if (rules.length === 0) {
    if (action.default === 'allow') return;
    tally.hit(
      { control: 'action', rule: 'tool.not-listed', code: 'tool_not_allowed', pointer },
      { action: 'block', mode: action.mode },
      `${pointer}: not listed in action.tools`,
    );
    return;
  }
  // A list of rules is a list of alternatives: one that agrees is enough. The meet of policies multiplies the lists out.
  const failures = rules.map((rule) => ({ rule, failed: firstFailure(rule, context, name, args, budget) }));
  if (failures.some(({ failed }) => failed === null)) return;
  const mode = rules.some((rule) => rule.mode === 'observe') ? 'observe' : action.mode;
  for (const { failed } of failures) {
    const rule = failed ?? 'tool.not-listed';
    tally.hit(
      { control: 'action', rule, code: 'tool_not_allowed', pointer },
      { action: 'block', mode },
      `${pointer}: refused by ${rule} of action.tools`,
    );
  }
}

/** The first condition of a rule that says no; null when all agree. For an offer (`args` null) arguments are not known yet. */
function firstFailure(
  rule: CompiledTool,
  { exchange, tainted }: ActionContext,
  name: string,
  args: Readonly<Record<string, unknown>> | null,
  budget: Budget,
): Hit['rule'] | null {
  const { model } = exchange.prompt;
  if (rule.matchesModel !== null && !rule.matchesModel(model)) return 'tool.models';
  const input: ToolContext = {
    tool: { name },
    args: args ?? {},
    exchange: { tainted, direction: exchange.direction, dialect: exchange.dialect, model: model ?? '' },
    caller: exchange.caller,
  };
  // Whether a condition holds is asked of each call: an agent offers the same tools in every context.
  if (args === null) return null;
  if (rule.when !== null && !holds(rule.when, input, budget)) return 'tool.when';
  if (rule.arguments !== null && !holds(rule.arguments, input, budget)) return 'tool.arguments';
  return null;
}

/** A condition that fails to evaluate (a missing argument, a wrong type) does not hold: the model chose the arguments. */
function holds(condition: (context: ToolContext) => boolean, input: ToolContext, budget: Budget): boolean {
  return budget.run('cel', () => {
    try {
      return condition(input);
    } catch {
      return false;
    }
  });
}

/** Null when the text is not a JSON object. The model wrote it: nothing is assumed. */
function parseArguments(text: string): Readonly<Record<string, unknown>> | null {
  if (text === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}
