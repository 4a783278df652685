import type { Channel, Origin, ToolCall } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';
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

/** Who speaks in a message. @throws Malformed for other roles: templates treat them each in their own way. */
export function voiceOf(message: Place): Voice {
  const role = message.requiredLabel('role');
  const voice = Object.hasOwn(VOICES, role) ? VOICES[role] : undefined;
  if (voice === undefined) throw message.malformed('role', 'must be system, user, assistant or tool');
  return voice;
}

export function readMessage(message: Place): readonly ToolCall[] {
  requireExactFields(message);
  const { origin, channel } = voiceOf(message);
  message.text('content', origin, channel);
  message.text('thinking', origin, 'reasoning');
  message.medium('images', 'image');
  message.label('tool_name');
  return message.objects('tool_calls').map(readCall);
}

/** A call comes whole, its arguments as an object, in streams too. */
export function readCall(call: Place): ToolCall {
  const made = requireExactFields(requireExactFields(call).requiredObject('function'));
  const name = made.requiredLabel('name');
  return { pointer: call.pointer, name, arguments: made.argumentObject('arguments', 'assistant') };
}
