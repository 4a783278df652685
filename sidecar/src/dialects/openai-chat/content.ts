import type { Channel, MediaKind, Origin } from '../../exchange/index.ts';
import { isArray, isObject, type Place } from '../json/index.ts';
import { labelOf, objectOf, partsOf, wordsOf } from '../openai/tolerant.ts';
import { readToolData } from '../tool-data.ts';

/** Types of text-only parts; an empty type counts as absent. */
const TEXTS: ReadonlySet<string> = new Set([
  'text',
  'input_text',
  'output_text',
  'refusal',
  'thinking',
  'reasoning',
  '',
]);

/** Members of parts that contain or refer to a medium. */
const MEDIA: readonly (readonly [string, MediaKind])[] = [
  ['image_url', 'image'],
  ['video_url', 'video'],
  ['audio_url', 'audio'],
  ['image', 'image'],
  ['video', 'video'],
  ['audio', 'audio'],
  ['url', 'file'],
];

/** Types of parts whose medium is read by its member. */
const MEDIA_TYPES: ReadonlySet<string> = new Set(['input_audio', 'file']);

/** Members for a model's reasoning. */
export const REASONING = ['reasoning_content', 'reasoning', 'reasoning_text', 'thinking'] as const;

/**
 * `content` of a message in a request: absent, a text, or parts, strings among them. A part of an unknown kind is swept as text and counts
 * as a medium.
 */
export function readContent(message: Place, origin: Origin, channel: Channel): void {
  if (typeof message.get('content') === 'string') message.text('content', origin, channel);
  const run = message.at('content');
  for (const part of message.partsInOrder('content', origin, channel)) {
    if (!readToolData(part, origin, channel)) readPart(part, origin, channel, run);
  }
}

function readPart(part: Place, origin: Origin, channel: Channel, run: string): void {
  const type = labelOf(part, 'type') ?? '';
  readTexts(part, origin, channel, run);
  const listed = MEDIA.filter(([member, kind]) => readMedium(part, member, origin, kind));
  for (const sound of ['input_audio', 'audio']) objectOf(part, sound)?.medium('data', 'audio');
  const isEmbedded = type.endsWith('_embeds') && part.has('data');
  if (isEmbedded) part.medium('data', 'opaque');
  if (part.has('file') || type === 'file') readFile(objectOf(part, 'file') ?? part, origin);
  const isText = TEXTS.has(type) && (type !== '' || part.has('text'));
  const isMedium = listed.length > 0 || MEDIA_TYPES.has(type) || isEmbedded;
  if (!isText && !isMedium) part.unknown();
}

/** True if present. */
function readMedium(part: Place, member: string, origin: Origin, kind: MediaKind): boolean {
  const value = part.get(member);
  const place = objectOf(part, member);
  if (typeof value === 'string') part.link(member, origin, kind);
  else if (place !== null && typeof place.get('url') === 'string') place.link('url', origin, kind);
  else if (isArray(value)) part.medium(member, kind, origin);
  else return false;
  return true;
}

function readFile(file: Place, origin: Origin): void {
  wordsOf(file, 'filename', origin, 'metadata');
  file.medium('file_data', 'file');
  file.medium('file_url', 'file');
  file.medium('file_id', 'opaque');
}

function readTexts(part: Place, origin: Origin, channel: Channel, run: string): void {
  wordsOf(part, 'text', origin, channel, run);
  wordsOf(part, 'refusal', origin, 'refusal', run);
  // Mistral's reasoning: a text, or parts of type text.
  wordsOf(part, 'thinking', origin, 'reasoning');
}

/** The texts of a message of a reply, whole or streamed. Other members are swept up. */
export function readWords(message: Place): void {
  labelOf(message, 'role');
  const content = message.get('content');
  if (typeof content === 'string') message.text('content', 'assistant', 'content');
  else if (isArray(content) || isObject(content)) readParts(message);
  for (const key of REASONING) wordsOf(message, key, 'assistant', 'reasoning');
  wordsOf(message, 'refusal', 'assistant', 'refusal');
  message.leaves('annotations', 'document', 'citation');
  for (const image of partsOf(message, 'images'))
    for (const [member, kind] of MEDIA) readMedium(image, member, 'assistant', kind);
  const audio = objectOf(message, 'audio');
  if (audio === null) return;
  wordsOf(audio, 'transcript', 'assistant', 'content');
  audio.medium('data', 'audio');
  audio.reference('id');
}

/** Servers choose the kinds of parts: text in media is read, and the sweep reads the rest. */
function readParts(message: Place): void {
  const run = message.at('content');
  for (const part of message.partsInOrder('content', 'assistant', 'content')) {
    readTexts(part, 'assistant', 'content', run);
    for (const [member, kind] of MEDIA) readMedium(part, member, 'assistant', kind);
  }
}
