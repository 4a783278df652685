import type { Prompt } from '../../exchange/index.ts';
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
  // Each of several prompts gets its own choices.
  stream: (prompt) => new ChoiceStream(CHUNKS, asksForSeveral(prompt) ? { ...prompt, choices: 2 } : prompt),
  refuse,
  withhold,
};

function asksForSeveral({ choices = 1, segments, media }: Prompt): boolean {
  const isArray =
    segments.some(({ pointer }) => pointer.startsWith('/prompt/')) ||
    media.some(({ pointer }) => pointer === '/prompt');
  return choices > 1 || isArray;
}
