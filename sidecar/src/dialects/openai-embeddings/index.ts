import type { Dialect } from '../dialect.ts';
import { errorFrame, refuse, rendered } from '../openai/error.ts';
import { matchPost } from '../openai/route.ts';
import { Unstreamed } from '../unstreamed.ts';
import { readReply } from './reply.ts';
import { readRequest } from './request.ts';

/** `POST /v1/embeddings`: text as input, numbers as output. */
export const openaiEmbeddings: Dialect = {
  id: 'openai-embeddings',
  match: matchPost('/embeddings'),
  prompt: readRequest,
  reply: readReply,
  stream: () => new Unstreamed(errorFrame),
  refuse,
  withhold: (_refusal, prompt, usage) =>
    rendered(200, {
      object: 'list',
      data: [],
      model: prompt.model ?? '',
      usage: { prompt_tokens: usage?.inputTokens ?? 0, total_tokens: usage?.inputTokens ?? 0 },
    }),
};
