import type { Prompt, Reply } from '../../exchange/index.ts';
import type { Dialect } from '../dialect.ts';
import { BodyReader, type JsonObject } from '../json/index.ts';
import { refuse } from '../openai/error.ts';
import { readWanted } from '../openai/limits.ts';
import { matchPost } from '../openai/route.ts';
import { NO_USAGE } from '../openai/usage.ts';
import { SpeechStream } from './stream.ts';
import { WITHOUT_TOOLS } from '../without-tools.ts';

/**
 * `POST /v1/audio/speech`, https://platform.openai.com/docs/api-reference/audio/createSpeech: text as input, a recording as output, or
 * events with pieces of one. A withheld recording is an error.
 */
export const openaiSpeech: Dialect = {
  id: 'openai-speech',
  medium: 'audio',
  match: matchPost('/audio/speech'),
  prompt: readRequest,
  reply: readReply,
  stream: () => new SpeechStream(),
  refuse,
  withhold: refuse,
};

/** @throws Malformed */
function readRequest(body: JsonObject): Prompt {
  const reader = new BodyReader(body);
  const { root } = reader;
  const { alternatives } = readWanted(root);
  const model = root.label('model');
  root.text('input', 'user', 'content');
  root.text('instructions', 'user', 'content');
  // vLLM clones the voice of a recording.
  root.link('ref_audio', 'user', 'audio');
  reader.sweep('user');
  return {
    operation: 'generate_content',
    model,
    alternatives,
    stream: root.get('stream_format') === 'sse',
    maxOutputTokens: null,
    segments: reader.segments,
    ...WITHOUT_TOOLS,
    media: reader.media,
  };
}

/** An error, or a recording in JSON. */
function readReply(body: JsonObject): Reply {
  const reader = new BodyReader(body, 'reply');
  reader.root.medium('audio', 'audio');
  reader.sweep('assistant');
  const { segments, media } = reader;
  return { model: null, segments, calls: [], usage: NO_USAGE, finishReasons: [], media };
}
