import type { Prompt } from '../../exchange/index.ts';
import type { Dialect, Route, RouteMatch } from '../dialect.ts';
import { Malformed } from '../malformed.ts';
import { refuse } from '../openai/error.ts';
import { withhold } from './render.ts';
import { readReply } from './reply.ts';
import { ResponseStream } from './stream.ts';
import { WITHOUT_TOOLS } from '../without-tools.ts';

interface StoredMatch extends RouteMatch {
  /** ID of the response. */
  readonly id: string;
  /** The stream begins behind an event that an earlier exchange had. */
  readonly isResumed: boolean;
  /** The answer is the response. */
  readonly isWhole: boolean;
}

const PATH = /^(?:\/v1)?\/responses\/([\w.-]{1,256})(\/cancel|\/input_items)?$/;

/**
 * Stored responses, https://platform.openai.com/docs/api-reference/responses/get: `GET` and `DELETE /v1/responses/ID`, `GET …/input_items`,
 * `POST …/cancel`, with which clients poll a response in the background. The ID is a reference: one that this sidecar delivered passes, others
 * fall under `ingress.media.opaque`.
 */
export const openaiStoredResponses: Dialect = {
  id: 'openai-responses',
  match: matchStored,
  prompt: (_body, match) => readFetch(match),
  reply: (body) => readReply(body),
  stream: (prompt) => new ResponseStream(prompt),
  refuse,
  withhold,
};

function matchStored({ method, path, query }: Route): StoredMatch | null {
  const [, id, below = ''] = PATH.exec(path) ?? [];
  if (id === undefined || !isMethod(method, below)) return null;
  const isResumed = new URLSearchParams(query).has('starting_after');
  const isWhole = below !== '/input_items' && method !== 'DELETE';
  return { model: null, stream: null, framing: 'sse', hasBody: false, id, isResumed, isWhole };
}

function isMethod(method: string, below: string): boolean {
  if (below === '/cancel') return method === 'POST';
  return method === 'GET' || (method === 'DELETE' && below === '');
}

/** @throws Malformed */
function readFetch(match: RouteMatch): Prompt {
  const { id, isResumed, isWhole } = match as StoredMatch;
  if (isResumed)
    throw new Malformed('query', 'starting_after must be left out: a text is judged from its beginning');
  return {
    operation: 'chat',
    model: null,
    isFetch: true,
    ...(isWhole ? { fetched: id } : {}),
    stream: false,
    maxOutputTokens: null,
    segments: [],
    ...WITHOUT_TOOLS,
    media: [{ pointer: '/response_id', kind: 'opaque', references: [id] }],
  };
}
