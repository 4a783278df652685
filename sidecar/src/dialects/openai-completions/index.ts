import type { Dialect } from '../dialect.ts';
import { ChoiceStream } from '../openai/choice-stream.ts';
import { refuse } from '../openai/error.ts';
import { matchPost } from '../openai/route.ts';
import { withhold } from './render.ts';
import { readReply } from './reply.ts';
import { readRequest } from './request.ts';
import { CHUNKS } from './stream.ts';

/** `POST /v1/completions`. */
export const openaiCompletions: Dialect = {
  id: 'openai-completions',
  match: matchPost('/completions'),
  prompt: readRequest,
  reply: readReply,
  stream: () => new ChoiceStream(CHUNKS),
  refuse,
  withhold,
};
