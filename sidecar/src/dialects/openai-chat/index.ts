import type { Dialect } from '../dialect.ts';
import { ChoiceStream } from '../openai/choice-stream.ts';
import { refuse } from '../openai/error.ts';
import { matchPost } from '../openai/route.ts';
import { withhold } from './render.ts';
import { readReply } from './reply.ts';
import { readRequest } from './request.ts';
import { CHUNKS } from './stream.ts';

/** `POST /v1/chat/completions`, with what vLLM, llama.cpp, LiteLLM and others add to it. */
export const openaiChat: Dialect = {
  id: 'openai-chat',
  match: matchPost('/chat/completions'),
  prompt: readRequest,
  reply: readReply,
  stream: (prompt) => new ChoiceStream(CHUNKS, prompt),
  refuse,
  withhold,
};
