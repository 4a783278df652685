import type { Dialect, Route, RouteMatch } from '../dialect.ts';
import { withPathModel } from '../path-model.ts';
import { matchVertex } from '../vertex.ts';
import { denial } from '../denials/anthropic-messages.ts';
import { refuse, withhold } from './render.ts';
import { readReply } from './reply.ts';
import { readRequest } from './request.ts';
import { MessageStream } from './stream.ts';

/** Clients' base URLs end with `/v1`, or before it. */
const PATHS: ReadonlySet<string> = new Set(
  ['/messages', '/messages/count_tokens'].flatMap((path) => [path, `/v1${path}`]),
);

const MATCH: RouteMatch = { model: null, stream: null, framing: 'sse' };

function match(route: Route): RouteMatch | null {
  if (route.method !== 'POST') return null;
  return PATHS.has(route.path) ? MATCH : matchVertex(route, 'anthropic');
}

/** Anthropic's Messages API, https://docs.anthropic.com/en/api/messages, with the beta blocks that its SDK defines. */
export const anthropicMessages: Dialect = {
  id: 'anthropic-messages',
  match,
  prompt: (body, { model }) => withPathModel(readRequest(body), model),
  reply: (body) => readReply(body),
  stream: (prompt) => new MessageStream(prompt.model),
  refuse,
  denial,
  withhold,
};
