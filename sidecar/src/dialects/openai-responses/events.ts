import type { Channel, MediaKind } from '../../exchange/index.ts';
import { isObject, type Place } from '../json/index.ts';
import type { OutputChange } from './released-output.ts';
import { positionOf } from './slots.ts';

/** A kind of running text: `STEM.delta` carries its pieces, `STEM.done` repeats the whole under `field`. */
export interface TextKind {
  readonly channel: Channel;
  readonly field: string;
  /** Key of the text below that of its item. */
  readonly below: (event: Place) => string;
  /** Its effect on the client's view. */
  readonly change: (event: Place, index: number, text: string, whole: boolean) => OutputChange;
}

function at(event: Place, key: string): number {
  return positionOf(event, key) ?? 0;
}

/** A text of a part. */
function inPart(
  channel: Channel,
  field: string,
  tail: string,
  member: 'content' | 'summary' = 'content',
): TextKind {
  const position = `${member}_index`;
  return {
    channel,
    field,
    below: (event) => `${member}/${at(event, position)}${tail}`,
    change: (event, index, text, whole) => ({
      ...{ kind: 'text', index, member, at: at(event, position), field, whole, text },
    }),
  };
}

/** A text of an item itself. */
function inItem(channel: Channel, field: string): TextKind {
  return {
    channel,
    field,
    below: () => field,
    change: (_event, index, text, whole) => ({
      kind: 'text',
      index,
      member: null,
      at: 0,
      field,
      whole,
      text,
    }),
  };
}

export const TEXTS: ReadonlyMap<string, TextKind> = new Map([
  ['response.output_text', inPart('content', 'text', '')],
  ['response.refusal', inPart('refusal', 'refusal', '/refusal')],
  ['response.reasoning_text', inPart('reasoning', 'text', '/reasoning')],
  ['response.reasoning_summary_text', inPart('reasoning', 'text', '', 'summary')],
  ['response.code_interpreter_call_code', inItem('tool_arguments', 'code')],
  ['response.custom_tool_call_input', inItem('tool_arguments', 'input')],
  ['response.audio.transcript', inItem('content', 'transcript')],
]);

/** Arguments of calls, in pieces. */
export const ARGUMENTS: ReadonlySet<string> = new Set([
  'response.function_call_arguments',
  'response.mcp_call_arguments',
]);

/** Events after which only heartbeats follow. */
export const TERMINAL: ReadonlySet<string> = new Set([
  'response.completed',
  'response.incomplete',
  'response.failed',
  'response.cancelled',
]);

/** Events with audio or images, and their members. */
export const MEDIA: ReadonlyMap<string, { readonly key: string; readonly kind: MediaKind }> = new Map([
  ['response.audio.delta', { key: 'delta', kind: 'audio' }],
  ['response.image_generation_call.partial_image', { key: 'partial_image_b64', kind: 'image' }],
]);

/** Key, within its item, of the text in an event of an unknown type: every index that it has. */
export function streamedBelow(stem: string, event: Place): string {
  const indexes = Object.keys(event.value)
    .filter((key) => key.endsWith('_index') && key !== 'output_index')
    .sort()
    .map((key) => `${key}/${at(event, key)}`);
  return [stem.replace(/^response\./, ''), ...indexes].join('/');
}

/** Events without content. */
export const HEARTBEATS: ReadonlySet<string> = new Set(['ping', 'keepalive']);

/** True for an event with more of the response. */
export function continuesResponse(type: string, event: Place): boolean {
  return type.endsWith('.delta') || isObject(event.get('item')) || event.has('response');
}

/** The event's own type, else the frame's. @throws Malformed if they differ: clients use either. */
export function typeOf(root: Place, name: string | null): string {
  const type = root.label('type') ?? name ?? '';
  if (name !== null && name !== 'message' && name !== type)
    throw root.malformed('type', 'is not the event of the frame');
  return type;
}
