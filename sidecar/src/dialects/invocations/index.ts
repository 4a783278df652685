import type { Prompt } from '../../exchange/index.ts';
import type { Dialect, RouteMatch } from '../dialect.ts';
import type { JsonObject } from '../json/index.ts';
import { openaiChat } from '../openai-chat/index.ts';
import { openaiCompletions } from '../openai-completions/index.ts';
import { openaiEmbeddings } from '../openai-embeddings/index.ts';

const MATCH: RouteMatch = { model: null, stream: null, framing: 'sse' };

/**
 * `POST /invocations`, the route of vLLM, SGLang and others on SageMaker and Databricks for requests of `/v1/chat/completions`,
 * `/v1/completions` and `/v1/embeddings`: the members tell which.
 */
export const invocations: Dialect = {
  ...openaiChat,
  match: ({ method, path }) => (method === 'POST' && path === '/invocations' ? MATCH : null),
  prompt: (body, match) => dialectOf(body).prompt(body, match),
  reply: (body, prompt) => dialectFor(prompt).reply(body, prompt),
  stream: (prompt, match) => dialectFor(prompt).stream(prompt, match),
  withhold: (refusal, prompt, usage) => dialectFor(prompt).withhold(refusal, prompt, usage),
};

function dialectOf(body: JsonObject): Dialect {
  if (Object.hasOwn(body, 'messages')) return openaiChat;
  if (Object.hasOwn(body, 'prompt')) return openaiCompletions;
  return Object.hasOwn(body, 'input') ? openaiEmbeddings : openaiChat;
}

function dialectFor(prompt: Prompt | undefined): Dialect {
  switch (prompt?.operation) {
    case 'text_completion':
      return openaiCompletions;
    case 'embeddings':
      return openaiEmbeddings;
    default:
      return openaiChat;
  }
}
