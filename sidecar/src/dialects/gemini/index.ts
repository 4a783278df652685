import type { Dialect } from '../dialect.ts';
import { Unstreamed } from '../unstreamed.ts';
import { denial } from '../denials/gemini.ts';
import { errorBody, refuse, withhold } from './render.ts';
import { readReply } from './reply.ts';
import { readRequest } from './request.ts';
import { matchRoute } from './route.ts';
import { ChunkStream } from './stream.ts';

/**
 * Gemini's `generateContent` and related methods, on Google AI Studio and on Vertex AI, https://ai.google.dev/api/generate-content. The
 * path names model and streaming.
 */
export const gemini: Dialect = {
  id: 'gemini',
  match: matchRoute,
  prompt: readRequest,
  reply: (body) => readReply(body),
  stream: (prompt, match) =>
    match.stream === true ? new ChunkStream(prompt, match.framing) : new Unstreamed(errorBody),
  refuse,
  denial,
  withhold,
};
