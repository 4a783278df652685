import type { Channel, Origin } from '../../exchange/index.ts';
import { isArray, isObject, type Place } from '../json/index.ts';
import { readToolData } from '../tool-data.ts';
import type { Repetitions } from './repetitions.ts';

/** Origin and channel of a text. */
export interface Voice {
  readonly origin: Origin;
  readonly channel: Channel;
  /** Pointer of the array with the part; absent for a single part. */
  readonly run?: string;
}

/** A text or parts under `key`. A tool's result may be any JSON. */
export function readContent(item: Place, key: string, voice: Voice, repetitions: Repetitions): void {
  const value = item.get(key);
  if (typeof value === 'string' || typeof value === 'number') {
    item.text(key, voice.origin, voice.channel);
    return;
  }
  if (typeof value === 'boolean' && voice.channel === 'tool_result') return;
  const run = item.at(key);
  for (const part of item.parts(key, voice.origin, voice.channel)) {
    if (!readToolData(part, voice.origin, voice.channel)) readPart(part, { ...voice, run }, repetitions);
  }
}

/** A part of an unknown type is swept up, and counts as a medium in requests. */
export function readPart(part: Place, { origin, channel, run }: Voice, repetitions: Repetitions): void {
  const type = part.label('type') ?? (typeof part.get('text') === 'string' ? 'text' : null);
  switch (type) {
    case 'input_text':
    case 'text':
      part.text('text', origin, channel, run);
      return;
    case 'output_text':
      part.text('text', origin, channel, run);
      part.leaves('annotations', 'document', 'citation');
      for (const annotation of citationsOf(part)) annotation.reference('file_id');
      repetitions.take(part);
      return;
    case 'summary_text':
    case 'reasoning_text':
      part.text('text', origin, 'reasoning', run);
      return;
    case 'refusal':
      part.text('refusal', origin, 'refusal', run);
      return;
    case 'input_image':
    case 'computer_screenshot':
      readImage(part, origin);
      return;
    case 'input_file':
      part.text('filename', origin, 'metadata');
      part.link('file_url', origin, 'file');
      part.medium('file_data', 'file', origin);
      part.medium('file_id', 'opaque', origin);
      return;
    case 'input_audio':
    case 'output_audio':
      (part.object('input_audio') ?? part).medium('data', 'audio', origin);
      part.text('transcript', origin, channel, run);
      return;
    default:
      part.unknown();
  }
}

function citationsOf(part: Place): readonly Place[] {
  const citations = part.get('annotations');
  return isArray(citations) && citations.every(isObject) ? part.objects('annotations') : [];
}

/** `image_url` is a string here, and an object for clients that use the form of chat. */
function readImage(part: Place, origin: Origin): void {
  if (typeof part.get('image_url') === 'string') part.link('image_url', origin, 'image');
  else part.object('image_url')?.link('url', origin, 'image');
  part.medium('file_id', 'opaque', origin);
}
