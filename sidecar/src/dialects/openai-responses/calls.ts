import type { ToolCall } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';
import { Malformed } from '../malformed.ts';
import type { CallForm } from '../streamed-calls.ts';

/** Items that call a tool of a fixed name, and the members with the action. */
const ACTIONS: ReadonlyMap<string, { readonly name: string; readonly keys: readonly string[] }> = new Map([
  ['computer_call', { name: 'computer', keys: ['action', 'actions'] }],
  ['local_shell_call', { name: 'local_shell', keys: ['action'] }],
  ['shell_call', { name: 'shell', keys: ['action'] }],
  ['apply_patch_call', { name: 'apply_patch', keys: ['operation'] }],
]);

/** Members that identify an item without naming a call. */
const LABELS: ReadonlySet<string> = new Set(['id', 'type', 'status', 'call_id', 'name', 'namespace']);

export function formOf(type: string | null): CallForm {
  if (type === 'custom_tool_call') return 'custom';
  return type === 'function_call' || type === 'mcp_call' || type === 'mcp_approval_request'
    ? 'json'
    : 'action';
}

/** A call of an item. Its name may be missing: servers announce calls before they know it, and empty ones. */
export type ItemCall = Omit<ToolCall, 'name'> & { readonly name: string | null };

/** The call of an item, with its texts collected; null if it makes none. @throws Malformed */
export function readCall(item: Place, type: string): ItemCall | null {
  const { pointer } = item;
  switch (type) {
    case 'function_call':
      return { pointer, name: nameOf(item), arguments: argumentsOf(item) };
    case 'custom_tool_call': {
      const name = nameOf(item);
      const input = item.text('input', 'assistant', 'tool_arguments') ?? '';
      return { pointer, name, arguments: JSON.stringify({ input }) };
    }
    case 'mcp_call':
      return { ...readServerCall(item), atProvider: true };
    case 'mcp_approval_request':
      return readServerCall(item);
    default:
      return readAction(item, type) ?? readUnknown(item, type);
  }
}

function readServerCall(item: Place): ItemCall {
  // A dot separates the tools of a server from the caller's, whose names cannot contain one.
  const server = item.text('server_label', 'assistant', 'metadata') ?? '';
  const own = ownName(item);
  const name = own === null ? null : `${server}.${own}`;
  return { pointer: item.pointer, name, arguments: argumentsOf(item) };
}

function readAction(item: Place, type: string): ToolCall | null {
  const action = ACTIONS.get(type);
  if (action === undefined) return null;
  const members = action.keys.filter((key) => item.has(key));
  for (const key of members) item.leaves(key, 'assistant', 'tool_arguments');
  const value = Object.fromEntries(members.map((key) => [key, item.get(key)]));
  return { pointer: item.pointer, name: action.name, arguments: JSON.stringify(value) };
}

/** An item of an unknown type may be a call: of the tool that it names, else of its type. */
function readUnknown(item: Place, type: string): ItemCall | null {
  if (!type.endsWith('_call') && !item.has('arguments')) return null;
  const name = typeof item.get('name') === 'string' ? nameOf(item) : type.replace(/_call$/, '');
  if (item.has('arguments')) return { pointer: item.pointer, name, arguments: argumentsOf(item) };
  const said = Object.entries(item.value).filter(([key]) => !LABELS.has(key));
  return { pointer: item.pointer, name, arguments: JSON.stringify(Object.fromEntries(said)) };
}

/** JSON text, or the object itself. */
function argumentsOf(item: Place): string {
  return typeof item.get('arguments') === 'string'
    ? item.argumentText('arguments', 'assistant')
    : item.argumentObject('arguments', 'assistant');
}

/** A tool of a namespace is distinct from one of the same name outside of it. */
function nameOf(item: Place): string | null {
  const namespace = item.text('namespace', 'assistant', 'metadata') ?? '';
  const name = ownName(item);
  return namespace === '' || name === null ? name : `${namespace}.${name}`;
}

function ownName(item: Place): string | null {
  const name = item.text('name', 'assistant', 'metadata');
  return name === '' ? null : name;
}

/** The call, if it has a name. @throws Malformed on one with arguments and without a name in a reply: its tool is unknown */
export function namedCall(call: ItemCall): ToolCall | null {
  const { name } = call;
  if (name !== null) return { ...call, name };
  if (call.arguments === '') return null;
  throw new Malformed(call.pointer, 'a call without a name');
}
