import type { Channel, Origin } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';
import { mirrorsOf } from '../openai/mirrors.ts';

/** Who speaks, and as what. */
export interface Voice {
  readonly origin: Origin;
  readonly channel: Channel;
  /** Pointer of the array that the part is an element of; absent where it comes alone. */
  readonly run?: string;
}

/** A text or parts under `key`; returns the pointers of mirrors. @throws Malformed on part types that the dialect does not know. */
export function readContent(item: Place, key: string, voice: Voice): readonly string[] {
  if (typeof item.get(key) === 'string') {
    item.text(key, voice.origin, voice.channel);
    return [];
  }
  const run = item.at(key);
  return item.objects(key).flatMap((part) => readPart(part, { ...voice, run }));
}

export function readPart(part: Place, { origin, channel, run }: Voice): readonly string[] {
  switch (part.requiredLabel('type')) {
    case 'input_text':
    case 'text':
      part.requiredText('text', origin, channel, run);
      return [];
    case 'output_text':
      part.requiredText('text', origin, channel, run);
      part.leaves('annotations', 'document', 'citation');
      return mirrorsOf(part, 'logprobs');
    case 'summary_text':
    case 'reasoning_text':
      part.requiredText('text', origin, 'reasoning', run);
      return [];
    case 'refusal':
      part.requiredText('refusal', origin, 'refusal', run);
      return [];
    case 'input_image':
    case 'computer_screenshot':
      part.link('image_url', origin);
      part.medium('file_id');
      return [];
    case 'input_file':
      part.text('filename', origin, 'metadata');
      part.link('file_url', origin);
      part.medium('file_data');
      part.medium('file_id');
      return [];
    case 'input_audio':
      part.requiredObject('input_audio').medium('data');
      return [];
    default:
      throw part.malformed('type', 'unknown part type');
  }
}
