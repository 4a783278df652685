import type { Dialect, Route, RouteMatch } from '../dialect.ts';
import { rendered } from '../openai/error.ts';
import type { NativeApi } from './api.ts';
import { NATIVE_APIS } from './apis.ts';
import { refuse } from './render.ts';
import { readReplies, readReply } from './reply.ts';
import { readRequest } from './request.ts';
import { PieceStream } from './stream.ts';

/** The native APIs of model servers, besides those shared with providers. */
export const nativeDialects: readonly Dialect[] = NATIVE_APIS.map(dialectOf);

function dialectOf(api: NativeApi): Dialect {
  return {
    id: api.id,
    isOptional: api.isOptional ?? false,
    isShared: api.isShared ?? false,
    match: (route) => matchRoute(api, route),
    prompt: (body, match) => readRequest(api, body, match),
    reply: (body, prompt) => readReply(api, body, prompt),
    replies: (list, prompt) => readReplies(api, list, prompt),
    stream: (prompt) => new PieceStream(api, prompt),
    refuse,
    withhold: (_refusal, prompt) => rendered(200, api.empty(prompt)),
  };
}

function matchRoute({ routes }: NativeApi, { method, path }: Route): RouteMatch | null {
  if (method !== 'POST') return null;
  for (const { path: pattern, stream } of routes) {
    const found = pattern.exec(path);
    if (found !== null) return { model: found[1] ?? null, stream, framing: 'sse' };
  }
  return null;
}
