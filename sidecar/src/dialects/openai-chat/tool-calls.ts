import type { ToolCall } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';

/** `tool_calls` of a message, whole. @throws Malformed */
export function readToolCalls(message: Place): readonly ToolCall[] {
  return message.objects('tool_calls').map((call) => {
    call.label('id');
    const type = call.label('type') ?? 'function';
    if (type === 'function') return readCall(call.pointer, call.requiredObject('function'));
    if (type !== 'custom') throw call.malformed('type', 'unknown type of call');
    const custom = call.requiredObject('custom');
    const name = custom.requiredText('name', 'assistant', 'metadata');
    const input = custom.text('input', 'assistant', 'tool_arguments') ?? '';
    return { pointer: call.pointer, name, arguments: JSON.stringify({ input }) };
  });
}

/** The call of a function before there were tools. @throws Malformed */
export function readFunctionCall(message: Place): readonly ToolCall[] {
  const call = message.object('function_call');
  return call === null ? [] : [readCall(call.pointer, call)];
}

function readCall(pointer: string, called: Place): ToolCall {
  const name = called.requiredText('name', 'assistant', 'metadata');
  const asObject = called.has('arguments') && typeof called.get('arguments') !== 'string';
  const text = asObject
    ? called.argumentObject('arguments', 'assistant')
    : called.argumentText('arguments', 'assistant');
  return { pointer, name, arguments: text };
}
