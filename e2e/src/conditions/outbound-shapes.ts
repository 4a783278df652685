import OpenAI from 'openai';

import { redirectedTo } from '../mcp/client.ts';
import { completion } from './answer.ts';
import type { Reach, Shape } from './shape.ts';

const USER = { role: 'user', content: 'What is a tent?' } as const;
const WEATHER = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: {} } },
} as const;

/** A client in the pod, whose connections are redirected to the sidecar. */
function elsewhere(reach: Reach): OpenAI {
  return new OpenAI({
    ...{ apiKey: 'test', baseURL: `http://${reach.elsewhere}/v1`, maxRetries: 0 },
    fetch: redirectedTo(reach.outbound),
  });
}

function get(path: string, init: RequestInit = {}): Shape['send'] {
  return (reach) =>
    redirectedTo(reach.outbound)(`http://${reach.elsewhere}${path}`, init).then((response) =>
      response.text(),
    );
}

function post(path: string, body: object): Shape['send'] {
  return get(path, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' } },
    body: JSON.stringify(body),
  });
}

const UNREAD = ['unread'];

export const OUTBOUND_SHAPES: readonly Shape[] = [
  { name: 'another service', send: get('/orders/1'), breaks: ['outbound'], blind: UNREAD },
  {
    name: 'a post to another service',
    send: post('/hooks/1', { text: 'Hi.' }),
    breaks: ['outbound'],
    blind: UNREAD,
  },
  {
    name: 'a model elsewhere with a tool',
    send: (reach) =>
      elsewhere(reach).chat.completions.create({ model: 'm', messages: [USER], tools: [WEATHER] }),
    breaks: ['tool_offered'],
  },
  {
    name: 'a model elsewhere that searches by itself',
    send: (reach) =>
      elsewhere(reach).chat.completions.create({ model: 'perplexity/sonar-pro', messages: [USER] }),
    breaks: ['retrieval', 'tool_offered', 'provider_tool'],
  },
  {
    name: 'embeddings of a model elsewhere',
    send: (reach) =>
      elsewhere(reach).embeddings.create({ model: 'm', input: 'A tent.', encoding_format: 'float' }),
    breaks: ['embedding'],
  },
  {
    name: 'a search of Qdrant',
    send: post('/collections/tents/points/query', { query: [0.1], limit: 3 }),
    breaks: ['retrieval', 'outbound'],
    blind: UNREAD,
  },
  {
    name: 'a search of Elasticsearch',
    send: post('/tents/_search', { query: {} }),
    breaks: ['retrieval', 'outbound'],
    blind: UNREAD,
  },
  {
    name: 'a request that no model reads',
    send: post('/v1/chat/completions', { model: 'm', messages: 'x', stream: 7 }),
    breaks: ['outbound'],
    blind: UNREAD,
  },
  {
    name: 'a model elsewhere',
    send: (reach) => elsewhere(reach).chat.completions.create({ model: 'm', messages: [USER] }),
    answer: () => completion(),
    breaks: [],
  },
];
