import type { ToolCall } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';

/** Items that ask a tool of a fixed name for an action, and the members that say which. */
const ACTIONS: ReadonlyMap<string, { readonly name: string; readonly keys: readonly string[] }> = new Map([
  ['computer_call', { name: 'computer', keys: ['action', 'actions'] }],
  ['local_shell_call', { name: 'local_shell', keys: ['action'] }],
  ['shell_call', { name: 'shell', keys: ['action'] }],
  ['apply_patch_call', { name: 'apply_patch', keys: ['operation'] }],
]);

/** The call that an item makes, its texts collected; null for items that make none. @throws Malformed */
export function readCall(item: Place, type: string): ToolCall | null {
  const { pointer } = item;
  switch (type) {
    case 'function_call':
      item.text('namespace', 'assistant', 'metadata');
      return { pointer, name: nameOf(item), arguments: item.argumentText('arguments', 'assistant') };
    case 'custom_tool_call': {
      item.text('namespace', 'assistant', 'metadata');
      const name = nameOf(item);
      const input = item.text('input', 'assistant', 'tool_arguments') ?? '';
      return { pointer, name, arguments: JSON.stringify({ input }) };
    }
    case 'mcp_call':
    case 'mcp_approval_request': {
      // A dot sets the tools of a server apart from the caller's own, whose names cannot have one.
      const server = item.text('server_label', 'assistant', 'metadata') ?? '';
      return {
        pointer,
        name: `${server}.${nameOf(item)}`,
        arguments: item.argumentText('arguments', 'assistant'),
      };
    }
    default:
      return readAction(item, type);
  }
}

function readAction(item: Place, type: string): ToolCall | null {
  const action = ACTIONS.get(type);
  if (action === undefined) return null;
  const members = action.keys.filter((key) => item.has(key));
  for (const key of members) item.leaves(key, 'assistant', 'tool_arguments');
  const value = Object.fromEntries(members.map((key) => [key, item.get(key)]));
  return { pointer: item.pointer, name: action.name, arguments: JSON.stringify(value) };
}

function nameOf(item: Place): string {
  return item.requiredText('name', 'assistant', 'metadata');
}
