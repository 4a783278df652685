import type { Prompt } from '../../exchange/index.ts';
import type { CompiledPolicy, CompiledTool } from '../../policy/compile/compiled.ts';
import type { Budget } from '../budget.ts';
import { Tally } from '../tally.ts';
import type { ActionContext } from './action-context.ts';
import { judgeTool, rulesFor, toolAllowlist } from './action.ts';

/** True if the policy enforces that a tool of this name is not offered, whatever is asked of it. */
export function isUnlisted({ mode, action }: CompiledPolicy, name: string): boolean {
  if (mode === 'observe' || action.mode === 'observe' || rulesFor(name, action.tools).length > 0)
    return false;
  return action.default === 'deny' || action.resembles(name) === 'enforce';
}

/** True if policy could refuse a call of a tool that this request offers to the client. */
export function mayRefuseCalls({ mode, action }: CompiledPolicy, { offers }: Prompt): boolean {
  if (mode === 'observe' || action.mode === 'observe') return false;
  return offers.some(({ builtin, name }) => {
    if (builtin) return false;
    const rules = rulesFor(name, action.tools);
    return rules.length === 0
      ? action.default === 'deny' || action.resembles(name) !== null
      : !rules.some(isUnconditional);
  });
}

function isUnconditional(rule: CompiledTool): boolean {
  const { matchesModel, when, arguments: condition, repeats, actsOutside, pinned } = rule;
  return (
    [matchesModel, when, condition, repeats, actsOutside, pinned].every((each) => each === null) &&
    rule.schemas.length + rule.sources.length === 0 &&
    !rule.fitsOffer
  );
}

/**
 * Judges the offered tools: an offer must have a rule that could allow a call to it. What the provider runs is judged here alone, before any
 * call, so that its rule must hold already and must ask nothing of its calls. Returns pointers of offers to take out of the request.
 */
export function judgeOffers(context: ActionContext, tally: Tally, budget: Budget): readonly string[] {
  const { prompt } = context.exchange;
  const listed = toolAllowlist(context.policy);
  const { choice } = prompt;
  const gone: string[] = [];
  for (const { name, pointer, builtin } of prompt.offers) {
    const own = new Tally(context.policy.mode);
    const args = builtin ? 'never known' : 'not known yet';
    judgeTool(context, listed, { name, pointer, args }, own, budget);
    const strips = own.blocked && context.policy.action.offers === 'strip' && canGo(pointer, name);
    if (strips) gone.push(pointer);
    tally.add(own, strips ? 'redact' : null);
  }
  if (choice.kind === 'forced')
    for (const name of choice.names) {
      const isForced = !isOfProvider(name, prompt);
      const wanted = { name, pointer: choice.pointer, args: 'not known yet', isForced } as const;
      judgeTool(context, listed, wanted, tally, budget);
    }
  const [first = null] = gone;
  const isNoneLeft =
    first !== null && new Set(gone).size === new Set(prompt.offers.map(({ pointer }) => pointer)).size;
  if (isNoneLeft && (choice.kind === 'required' || prompt.calls.length > 0))
    tally.hit(
      { control: 'action', rule: 'tool.none-left', code: 'tool_not_allowed', pointer: first },
      { action: 'block', mode: listed.tools.mode },
      `${first}: no tool is left that action.tools allows, and the request needs one`,
    );
  return gone;
}

/** A tool that the provider runs. Of the MCP servers that it calls (`SERVER.TOOL`) the request names no tools. */
function isOfProvider(tool: string, { offers }: Prompt): boolean {
  return offers.some(
    ({ builtin, name }) => builtin && (name === tool || (tool.includes('.') && name.startsWith('mcp'))),
  );
}

/** Lists and members of their own; servers and their toolsets name each other. */
const STRIPPABLE = /^\/(?:(?:tools|functions|plugins)\/\d+(?:\/[A-Za-z_]+(?:\/\d+)?)?|[a-z_]+)$/;

function canGo(pointer: string, name: string): boolean {
  return STRIPPABLE.test(pointer) && name !== 'mcp_toolset';
}
