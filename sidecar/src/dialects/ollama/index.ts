import type { Dialect, Route, RouteMatch } from '../dialect.ts';
import { EitherStream } from '../either-stream.ts';
import { openaiChat } from '../openai-chat/index.ts';
import { Unstreamed } from '../unstreamed.ts';
import { denial } from '../denials/ollama.ts';
import { errorLine, lastLine, refuse } from './render.ts';
import { NO_USAGE, readChatReply, readGenerateReply, readOtherReply } from './reply.ts';
import { readChat, readEmbed, readGenerate, readShow } from './request.ts';
import { LineStream } from './stream.ts';

const MATCH: RouteMatch = { model: null, stream: null, framing: 'ndjson' };

function matchPaths(...paths: readonly string[]): (route: Route) => RouteMatch | null {
  return ({ method, path }) => (method === 'POST' && paths.includes(path) ? MATCH : null);
}

/** Ollama's chat, https://docs.ollama.com/api/chat. */
export const ollamaChat: Dialect = {
  id: 'ollama-chat',
  ignoresContentType: true,
  match: matchPaths('/api/chat'),
  prompt: (body) => readChat(body),
  reply: (body) => (Object.hasOwn(body, 'choices') ? openaiChat.reply(body) : readChatReply(body)),
  stream: (prompt) => new EitherStream(prompt, new LineStream('message', prompt.model)),
  refuse,
  denial,
  withhold: (refusal, { model }, usage = NO_USAGE) => ({
    status: 200,
    contentType: 'application/json',
    body: lastLine(refusal, { answer: 'message', model, createdAt: null }, usage),
  }),
};

/** Ollama's completions, https://docs.ollama.com/api/generate. */
export const ollamaGenerate: Dialect = {
  id: 'ollama-generate',
  ignoresContentType: true,
  match: matchPaths('/api/generate'),
  prompt: (body) => readGenerate(body),
  reply: (body) => readGenerateReply(body),
  stream: (prompt) => new LineStream('response', prompt.model),
  refuse,
  withhold: (refusal, { model }, usage = NO_USAGE) => ({
    status: 200,
    contentType: 'application/json',
    body: lastLine(refusal, { answer: 'response', model, createdAt: null }, usage),
  }),
};

/** Ollama's embeddings, https://docs.ollama.com/api/embed, and the older `/api/embeddings`. A withheld vector is an error. */
export const ollamaEmbed: Dialect = {
  id: 'ollama-embed',
  ignoresContentType: true,
  match: matchPaths('/api/embed', '/api/embeddings'),
  prompt: (body) => readEmbed(body),
  reply: (body) => readOtherReply(body),
  stream: () => new Unstreamed(errorLine),
  refuse,
  withhold: refuse,
};

/** What Ollama tells of a model, https://docs.ollama.com/api/show: its system prompt and template too. Clients ask for it at their start. */
export const ollamaShow: Dialect = {
  id: 'ollama-show',
  ignoresContentType: true,
  match: matchPaths('/api/show'),
  prompt: (body) => readShow(body),
  reply: (body) => readOtherReply(body),
  stream: () => new Unstreamed(errorLine),
  refuse,
  withhold: refuse,
};
