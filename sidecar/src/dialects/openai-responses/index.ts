import type { Dialect } from '../dialect.ts';
import { refuse } from '../openai/error.ts';
import { matchPost } from '../openai/route.ts';
import { denial } from '../denials/openai-responses.ts';
import { withhold } from './render.ts';
import { readReply } from './reply.ts';
import { readRequest } from './request.ts';
import { ResponseStream } from './stream.ts';

export { openaiStoredResponses } from './stored.ts';

/** `POST /v1/responses`, and the routes below it with the same input: compaction and token counts. */
export const openaiResponses: Dialect = {
  id: 'openai-responses',
  match: matchPost('/responses', '/responses/compact', '/responses/input_tokens'),
  prompt: readRequest,
  reply: readReply,
  stream: (prompt) => new ResponseStream(prompt),
  refuse,
  denial,
  withhold,
};
