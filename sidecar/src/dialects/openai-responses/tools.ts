import type { ToolChoice, ToolOffer } from '../../exchange/index.ts';
import { isObject, type Place } from '../json/index.ts';

/** Tools whose calls come back to the client, under the name of their type. */
const CLIENT_RUN: ReadonlySet<string> = new Set([
  'computer',
  'computer_use_preview',
  'local_shell',
  'shell',
  'apply_patch',
]);

/** What `tools` of a request or of an item offers. @throws Malformed */
export function readOffers(place: Place): readonly ToolOffer[] {
  return place.objects('tools').flatMap((tool) => readTool(tool));
}

function readTool(tool: Place): readonly ToolOffer[] {
  const type = tool.requiredLabel('type');
  switch (type) {
    case 'function':
    case 'custom':
      return [readDefinition(tool)];
    case 'namespace':
      tool.text('name', 'system', 'tool_definition');
      tool.text('description', 'system', 'tool_definition');
      return readOffers(tool);
    default:
      readTexts(tool);
      return [{ pointer: tool.pointer, name: type, builtin: !CLIENT_RUN.has(type) }];
  }
}

function readDefinition(tool: Place): ToolOffer {
  const name = tool.requiredText('name', 'system', 'tool_definition');
  readTexts(tool);
  return { pointer: tool.pointer, name, builtin: false };
}

function readTexts(tool: Place): void {
  for (const key of Object.keys(tool.value)) {
    if (key !== 'name' && key !== 'type') tool.leaves(key, 'system', 'tool_definition');
  }
}

/** `tool_choice`, all forms. @throws Malformed */
export function readChoice(root: Place): ToolChoice {
  const value = root.get('tool_choice');
  if (value === null) return { kind: 'auto' };
  if (!isObject(value)) {
    const word = root.requiredLabel('tool_choice');
    if (word === 'none' || word === 'auto' || word === 'required') return { kind: word };
    throw root.malformed('tool_choice', 'must be none, auto, required or an object');
  }
  const choice = root.requiredObject('tool_choice');
  const allowed = choice.requiredLabel('type') === 'allowed_tools';
  const names = allowed ? choice.requiredObjects('tools').map((tool) => nameOf(tool)) : [nameOf(choice)];
  return { kind: 'forced', names, pointer: choice.pointer };
}

/** The name of what is chosen, as its offer would have it; a tool of an MCP server as its call would. */
function nameOf(choice: Place): string {
  const type = choice.requiredLabel('type');
  if (type === 'function' || type === 'custom')
    return choice.requiredText('name', 'system', 'tool_definition');
  if (type !== 'mcp') return type;
  const server = choice.text('server_label', 'system', 'tool_definition') ?? '';
  const name = choice.text('name', 'system', 'tool_definition');
  return name === null ? type : `${server}.${name}`;
}
