import type { Channel, Origin } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';

/** `content` of a message: nothing, a text, or parts. @throws Malformed on part types that the dialect does not know. */
export function readContent(message: Place, origin: Origin, channel: Channel): void {
  const content = message.get('content');
  if (content === null) return;
  if (typeof content === 'string') message.text('content', origin, channel);
  else {
    const run = message.at('content');
    for (const part of message.objects('content')) readPart(part, origin, channel, run);
  }
}

function readPart(part: Place, origin: Origin, channel: Channel, run: string): void {
  const type = part.requiredLabel('type');
  switch (type) {
    case 'text':
      part.requiredText('text', origin, channel, run);
      return;
    case 'refusal':
      part.requiredText('refusal', origin, 'refusal', run);
      return;
    case 'thinking':
      readThinking(part, origin);
      return;
    case 'image_url':
    case 'video_url':
    case 'audio_url':
      if (!part.has(type)) throw part.malformed(type, 'a URL is required');
      if (typeof part.get(type) === 'string') part.link(type, origin);
      else part.requiredObject(type).link('url', origin);
      return;
    case 'input_audio':
      part.requiredObject('input_audio').medium('data');
      return;
    case 'file':
      readFile(part.requiredObject('file'), origin);
      return;
    default:
      throw part.malformed('type', 'unknown part type');
  }
}

/** Mistral's reasoning: a text, or parts of type text. */
function readThinking(part: Place, origin: Origin): void {
  if (typeof part.get('thinking') === 'string') part.text('thinking', origin, 'reasoning');
  else part.leaves('thinking', origin, 'reasoning');
}

function readFile(file: Place, origin: Origin): void {
  file.text('filename', origin, 'metadata');
  for (const key of ['file_data', 'file_id', 'file_url']) file.medium(key);
}
