import type { Dialect } from '../dialect.ts';
import { ChoiceStream } from '../openai/choice-stream.ts';
import { refuse } from '../openai/error.ts';
import { matchPost } from '../openai/route.ts';
import { withPathModel } from '../path-model.ts';
import { matchVertex } from '../vertex.ts';
import { denial } from '../denials/openai-chat.ts';
import { withhold } from './render.ts';
import { readReply } from './reply.ts';
import { readRequest } from './request.ts';
import { CHUNKS } from './stream.ts';

const matchPath = matchPost('/chat/completions');

/** `POST /v1/chat/completions`, with the extensions of vLLM, llama.cpp, LiteLLM and others. */
export const openaiChat: Dialect = {
  id: 'openai-chat',
  match: (route) => matchPath(route) ?? matchVertex(route, 'mistralai'),
  prompt: (body, { model }) => withPathModel(readRequest(body), model),
  reply: readReply,
  stream: (prompt) => new ChoiceStream(CHUNKS, prompt),
  refuse,
  denial,
  withhold,
};
