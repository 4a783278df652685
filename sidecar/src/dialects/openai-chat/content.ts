import type { Channel, MediaKind, Origin } from '../../exchange/index.ts';
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
      readLink(part, type, origin, 'image');
      return;
    case 'video_url':
      readLink(part, type, origin, 'video');
      return;
    case 'audio_url':
      readLink(part, type, origin, 'audio');
      return;
    case 'input_audio':
      part.requiredObject('input_audio').medium('data', 'audio');
      return;
    case 'file':
      readFile(part.requiredObject('file'), origin);
      return;
    default:
      throw part.malformed('type', 'unknown part type');
  }
}

function readLink(part: Place, type: string, origin: Origin, kind: MediaKind): void {
  if (!part.has(type)) throw part.malformed(type, 'a URL is required');
  if (typeof part.get(type) === 'string') part.link(type, origin, kind);
  else part.requiredObject(type).link('url', origin, kind);
}

/** Mistral's reasoning: a text, or parts of type text. */
function readThinking(part: Place, origin: Origin): void {
  if (typeof part.get('thinking') === 'string') part.text('thinking', origin, 'reasoning');
  else part.leaves('thinking', origin, 'reasoning');
}

function readFile(file: Place, origin: Origin): void {
  file.text('filename', origin, 'metadata');
  file.medium('file_data', 'file');
  file.medium('file_url', 'file');
  file.medium('file_id', 'opaque');
}
