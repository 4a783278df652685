import type { ToolChoice, ToolOffer } from '../../exchange/index.ts';
import { isObject, type Place } from '../json/index.ts';

/** Tools whose calls are returned to the client, under the name of their type. */
const CLIENT_RUN: ReadonlySet<string> = new Set([
  'computer',
  'computer_use_preview',
  'local_shell',
  'shell',
  'apply_patch',
]);

/** Offers in `tools` of a request or of an item; those of a namespace as `NAMESPACE.NAME`. @throws Malformed */
export function readOffers(place: Place, namespace = ''): readonly ToolOffer[] {
  return namespace === ''
    ? place.each('tools', readPlain)
    : place.objects('tools').flatMap((tool) => readTool(tool, namespace));
}

function readPlain(tool: Place): readonly ToolOffer[] {
  return readTool(tool, '');
}

function readTool(tool: Place, namespace: string): readonly ToolOffer[] {
  // A tool with a name and without a type, or in the form of chat, is a function.
  const type = tool.label('type') ?? 'function';
  switch (type) {
    case 'function':
    case 'custom':
      return [readDefinition(tool, namespace)];
    case 'namespace': {
      const name = tool.requiredText('name', 'system', 'tool_definition');
      tool.text('description', 'system', 'tool_definition');
      return readOffers(tool, joined(namespace, name));
    }
    default:
      readTexts(tool);
      return [{ pointer: tool.pointer, name: type, builtin: !CLIENT_RUN.has(type) }];
  }
}

function readDefinition(tool: Place, namespace: string): ToolOffer {
  const nested = tool.has('name') ? null : tool.object('function');
  const definition = nested ?? tool;
  const name = definition.requiredText('name', 'system', 'tool_definition');
  readTexts(definition);
  return {
    pointer: tool.pointer,
    name: joined(namespace, name),
    builtin: false,
    schema: definition.get('parameters') ?? undefined,
  };
}

function joined(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}.${name}`;
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
  if (!isObject(value))
    return kindOf(root.requiredLabel('tool_choice')) ?? unknownChoice(root, 'tool_choice');
  const choice = root.requiredObject('tool_choice');
  const type = choice.label('type') ?? 'function';
  const kind = kindOf(type);
  if (kind !== null) return kind;
  const names =
    type === 'allowed_tools' ? choice.requiredObjects('tools').map((tool) => nameOf(tool)) : [nameOf(choice)];
  return { kind: 'forced', names, pointer: choice.pointer };
}

function kindOf(word: string): ToolChoice | null {
  if (word === 'none' || word === 'auto' || word === 'required') return { kind: word };
  return word === 'any' ? { kind: 'required' } : null;
}

function unknownChoice(root: Place, key: string): never {
  throw root.malformed(key, 'must be none, auto, required or an object');
}

/** The name of the chosen tool, in the form of its offer; for a tool of an MCP server or a namespace, of its call. */
function nameOf(choice: Place): string {
  const type = choice.label('type') ?? 'function';
  if (type === 'function' || type === 'custom') {
    const named = choice.has('name') ? choice : (choice.object('function') ?? choice);
    const namespace = choice.text('namespace', 'system', 'tool_definition') ?? '';
    return joined(namespace, named.requiredText('name', 'system', 'tool_definition'));
  }
  if (type !== 'mcp') return type;
  const server = choice.text('server_label', 'system', 'tool_definition') ?? '';
  const name = choice.text('name', 'system', 'tool_definition');
  return name === null ? type : `${server}.${name}`;
}
