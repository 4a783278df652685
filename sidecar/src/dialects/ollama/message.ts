import type { Channel, Origin, ToolCall } from '../../exchange/index.ts';
import { isObject, type JsonValue, type Place } from '../json/index.ts';
import { readContent as readParts } from '../openai-chat/content.ts';
import { ToolResults } from '../tool-results.ts';
import { requireExactFields } from './fields.ts';

interface Voice {
  readonly origin: Origin;
  readonly channel: Channel;
}

const VOICES: Readonly<Record<string, Voice>> = {
  system: { origin: 'system', channel: 'content' },
  user: { origin: 'user', channel: 'content' },
  assistant: { origin: 'assistant', channel: 'content' },
  tool: { origin: 'tool', channel: 'tool_result' },
};

/** A role that only some templates define is most likely a tool's. */
const OTHER: Voice = { origin: 'tool', channel: 'tool_result' };

/** Voice of a message; `unnamed` is the role of one without. */
function voiceOf(message: Place, unnamed: string): Voice {
  const role = message.label('role');
  const name = role === null || role === '' ? unnamed : role;
  return (Object.hasOwn(VOICES, name) ? VOICES[name] : undefined) ?? OTHER;
}

/** The tool that a result names; null if it names two. */
function namedIn(message: Place): JsonValue {
  const [name, other] = [message.get('tool_name'), message.get('name')];
  return name !== null && other !== null && name !== other ? false : (name ?? other);
}

export function readMessage(
  message: Place,
  unnamed = 'user',
  results = new ToolResults(),
): readonly ToolCall[] {
  requireExactFields(message);
  const { origin, channel } = voiceOf(message, unnamed);
  readContent(message, origin, channel);
  message.text('thinking', origin, 'reasoning');
  message.medium('images', 'image', origin);
  message.label('tool_name');
  const calls = message.parts('tool_calls', origin, 'tool_arguments').map((call) => {
    const made = readCall(call);
    results.call(call.get('id'), made.name, made.arguments);
    return made;
  });
  if (origin === 'tool') results.add(message.pointer, message.get('tool_call_id'), namedIn(message));
  return calls;
}

/** A text. Some servers accept parts, as in OpenAI's chat, and clients write a tool's result as a plain object. */
function readContent(message: Place, origin: Origin, channel: Channel): void {
  const value = message.get('content');
  if (typeof value === 'string' || typeof value === 'number') message.text('content', origin, channel);
  else if (isObject(value)) message.leaves('content', origin, channel);
  else readParts(message, origin, channel);
}

/** A call arrives whole, also in streams: its arguments as an object, or as its JSON text. */
export function readCall(call: Place): ToolCall {
  const made = requireExactFields(requireExactFields(call).object('function') ?? call);
  const name = made.requiredLabel('name');
  const text =
    typeof made.get('arguments') === 'string'
      ? made.argumentText('arguments', 'assistant')
      : made.argumentObject('arguments', 'assistant');
  return { pointer: call.pointer, name, arguments: text };
}
