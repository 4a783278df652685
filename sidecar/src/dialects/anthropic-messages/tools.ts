import type { ToolCall, ToolChoice, ToolOffer } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';

/** Typed tools that the client runs: the model calls them by their `name`. */
const CLIENT_TOOLS = /^(?:bash|text_editor|computer|memory)_[0-9]{8}$/;

/** Toolsets that the client runs: calls name a member and the toolset. */
const CLIENT_TOOLSETS = /^(browser|computer)_toolset_[0-9]{8}$/;

/** The offers in `tools`. */
export function readOffers(root: Place): readonly ToolOffer[] {
  return root.each('tools', readEach);
}

function readEach(tool: Place): readonly ToolOffer[] {
  return [readOffer(tool)];
}

/** An element of `tools`. An unknown type counts as run at the provider: a policy must name it to allow it. */
export function readOffer(tool: Place): ToolOffer {
  const { pointer } = tool;
  const type = tool.label('type') ?? 'custom';
  tool.text('description', 'system', 'tool_definition');
  tool.leaves('input_schema', 'system', 'tool_definition');
  tool.leaves('input_examples', 'system', 'tool_definition');
  if (type === 'custom' || CLIENT_TOOLS.test(type)) {
    return {
      pointer,
      name: tool.requiredLabel('name'),
      builtin: false,
      schema: tool.get('input_schema') ?? undefined,
    };
  }
  const toolset = CLIENT_TOOLSETS.exec(type)?.[1];
  if (toolset !== undefined) return { pointer, name: toolset, builtin: false };
  tool.leaves('tools', 'system', 'tool_definition');
  tool.label('name');
  return { pointer, name: type, builtin: true };
}

/** An element of `mcp_servers`: the provider connects to it and runs its tools. */
export function readServer(server: Place): ToolOffer {
  return { pointer: server.pointer, name: 'mcp_servers', builtin: true };
}

/** `tool_choice`. A choice of an unknown type forces the tool that it names, if any. @throws Malformed */
export function readChoice(root: Place): ToolChoice {
  const word = root.get('tool_choice');
  if (typeof word === 'string') return { kind: KINDS.get(root.requiredLabel('tool_choice')) ?? 'auto' };
  const choice = root.object('tool_choice');
  if (choice === null) return { kind: 'auto' };
  const kind = KINDS.get(choice.label('type') ?? '');
  if (kind !== undefined) return { kind };
  const named = choice.has('name') ? choice : (choice.object('function') ?? choice);
  if (!named.has('name')) return { kind: 'auto' };
  return { kind: 'forced', names: [named.requiredLabel('name')], pointer: choice.pointer };
}

/** `required` is OpenAI's term. */
const KINDS: ReadonlyMap<string, 'auto' | 'none' | 'required'> = new Map([
  ['auto', 'auto'],
  ['none', 'none'],
  ['any', 'required'],
  ['required', 'required'],
]);

/** True for the type of a block that calls a tool. */
export function isCall(type: string): boolean {
  return /(?:^|_)tool_use$/.test(type);
}

/** True for a call run by the provider itself, or by a server that it connects to. */
export function runsAtProvider(block: Place): boolean {
  return block.get('type') !== 'tool_use';
}

/**
 * Name of the call in a `tool_use`, `server_tool_use` or `mcp_tool_use` block: `TOOLSET.MEMBER` and `SERVER.TOOL` if the block names one,
 * since names of the caller's tools have no dot. @throws Malformed for a plain `tool_use` with a server: the client, not the server, would
 * run the tool of that name.
 */
export function callName(block: Place): string {
  const name = block.requiredLabel('name');
  const server = block.label('server_name');
  if (server !== null && block.get('type') === 'tool_use')
    throw block.malformed('server_name', 'a tool that the client runs has no server');
  const owner = block.label('toolset_name') ?? server;
  return owner === null ? name : `${owner}.${name}`;
}

export function readCall(block: Place): ToolCall {
  const call = { pointer: block.pointer, name: callName(block), arguments: argumentsOf(block) };
  return runsAtProvider(block) ? { ...call, atProvider: true } : call;
}

/** An object, or its JSON text. */
export function argumentsOf(block: Place): string {
  return typeof block.get('input') === 'string'
    ? block.argumentText('input', 'assistant')
    : block.argumentObject('input', 'assistant');
}
