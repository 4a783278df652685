import type { Prompt } from '../../exchange/index.ts';
import type { Dialect } from '../dialect.ts';
import { EitherStream } from '../either-stream.ts';
import { BodyReader, isObject, type JsonObject } from '../json/index.ts';
import type { NativeApi } from '../native/api.ts';
import { readReply } from '../native/reply.ts';
import { PieceStream } from '../native/stream.ts';
import { refuse } from '../openai/error.ts';
import { readWanted } from '../openai/limits.ts';
import { matchPost } from '../openai/route.ts';
import { readForm } from './form.ts';
import { WITHOUT_TOOLS } from '../without-tools.ts';

/** Members of replies and of `transcript.text.delta` events. */
const REPLIES: NativeApi = {
  id: 'openai-transcriptions',
  operation: 'generate_content',
  routes: [],
  inputs: [],
  texts: ['delta', 'text'],
  repeats: ['segments', 'words', 'logprobs'],
  tokens: [],
  last: null,
  usage: null,
  empty: () => ({ text: '' }),
};

/**
 * `POST /v1/audio/transcriptions` and `/v1/audio/translations`, https://platform.openai.com/docs/api-reference/audio: a recording in a form
 * as input, its transcript as output: JSON, subtitles, plain text, events, or (vLLM) chunks of a chat. A withheld transcript is an error.
 */
export const openaiTranscriptions: Dialect = {
  id: 'openai-transcriptions',
  medium: 'file',
  readForm,
  match: matchPost('/audio/transcriptions', '/audio/translations'),
  prompt: readRequest,
  reply: (body) => readReply(REPLIES, body),
  stream: (prompt) => new EitherStream(prompt, new PieceStream(REPLIES, prompt)),
  refuse,
  withhold: refuse,
};

/** @throws Malformed */
function readRequest(body: JsonObject): Prompt {
  const reader = new BodyReader(body);
  const { root } = reader;
  const { alternatives } = readWanted(root);
  const model = root.label('model');
  root.text('prompt', 'user', 'content');
  for (const [key, value] of Object.entries(body)) if (isObject(value)) root.unknownMember(key, 'audio');
  const stream = root.flag('stream') ?? false;
  reader.sweep('user');
  return {
    operation: 'generate_content',
    model,
    alternatives,
    stream,
    maxOutputTokens: null,
    segments: reader.segments,
    ...WITHOUT_TOOLS,
    media: reader.media,
  };
}
