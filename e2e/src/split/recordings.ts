import { EMAIL, SECRET } from '../sdk/policy.ts';

/** A streamed reply with an address in its text, an allowed call, and for some a credential that ends it. */
export interface Recording {
  readonly name: string;
  readonly path: string;
  readonly request: object;
  readonly contentType: string;
  readonly body: Buffer;
}

const ASK = [{ role: 'user', content: 'Wo? 🔥' }];
const HALVES = [`An ${EMAIL.slice(0, 7)}`, `${EMAIL.slice(7)} ü🔥 `] as const;
const KEY = [`ghp_${SECRET.slice(4, 20)}`, `${SECRET.slice(20)} .`] as const;
const ARGUMENTS = ['{"city":', `"Paris"}`] as const;

function sse(events: readonly (object | string)[]): Buffer {
  return Buffer.from(
    events
      .map((event) => (typeof event === 'string' ? event : JSON.stringify(event)))
      .map((data) => {
        const type = /^\{"type":"([^"]+)"/.exec(data)?.[1];
        return `${type === undefined ? '' : `event: ${type}\n`}data: ${data}\n\n`;
      })
      .join(''),
  );
}
function lines(events: readonly object[]): Buffer {
  return Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}

function chat(leaks: boolean): Buffer {
  const chunk = (delta: object, finish: string | null = null): object => ({
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
  const call = (more: object): object => chunk({ tool_calls: [{ index: 0, ...more }] });
  const texts = [...HALVES, ...(leaks ? KEY : [])].map((content) => chunk({ content }));
  return sse([
    ...texts,
    call({ id: 'c1', type: 'function', function: { name: 'get_weather', arguments: ARGUMENTS[0] } }),
    call({ function: { arguments: ARGUMENTS[1] } }),
    chunk({}, 'tool_calls'),
    '[DONE]',
  ]);
}

function anthropic(): Buffer {
  const delta = (index: number, more: object): object => ({
    type: 'content_block_delta',
    index,
    delta: more,
  });
  const stop = (index: number): object => ({ type: 'content_block_stop', index });
  const message = { id: 'm1', type: 'message', role: 'assistant', content: [], model: 'm', usage: {} };
  return sse([
    { type: 'message_start', message },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...HALVES.map((text) => delta(0, { type: 'text_delta', text })),
    stop(0),
    {
      type: 'content_block_start',
      index: 1,
      content_block: { type: 'tool_use', id: 't1', name: 'get_weather', input: {} },
    },
    ...ARGUMENTS.map((piece) => delta(1, { type: 'input_json_delta', partial_json: piece })),
    stop(1),
    { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: {} },
    { type: 'message_stop' },
  ]);
}

function gemini(): readonly object[] {
  const reply = (part: object, more: object = {}): object => ({
    candidates: [{ index: 0, content: { role: 'model', parts: [part] }, ...more }],
  });
  return [
    ...HALVES.map((text) => reply({ text })),
    reply({ functionCall: { name: 'get_weather', args: { city: 'Paris' } } }),
    reply({ text: '!' }, { finishReason: 'STOP' }),
  ];
}

function responses(): Buffer {
  const item = { id: 'i1', type: 'message', role: 'assistant', status: 'in_progress', content: [] };
  const at = { item_id: 'i1', output_index: 0, content_index: 0 };
  const text = HALVES.join('');
  const part = { type: 'output_text', text, annotations: [] };
  const done = { ...item, status: 'completed', content: [part] };
  const response = { id: 'r1', object: 'response', model: 'm', status: 'in_progress', output: [] };
  return sse([
    { type: 'response.created', response },
    { type: 'response.output_item.added', output_index: 0, item },
    { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
    ...HALVES.map((delta) => ({ type: 'response.output_text.delta', ...at, delta })),
    { type: 'response.output_text.done', ...at, text },
    { type: 'response.content_part.done', ...at, part },
    { type: 'response.output_item.done', output_index: 0, item: done },
    { type: 'response.completed', response: { ...response, status: 'completed', output: [done] } },
  ]);
}

const SSE = 'text/event-stream';
const stream = { model: 'm', stream: true };
const CONTENTS = { contents: [{ role: 'user', parts: [{ text: 'Wo?' }] }] };
const weather = { function: { name: 'get_weather', arguments: { city: 'Paris' } } };

/** Every streamed protocol, and chat once more with a reply that must be broken off. */
export const RECORDINGS: readonly Recording[] = [
  {
    name: 'chat',
    path: '/v1/chat/completions',
    request: { ...stream, messages: ASK },
    contentType: SSE,
    body: chat(false),
  },
  {
    name: 'chat with a secret',
    path: '/v1/chat/completions',
    request: { ...stream, messages: ASK },
    contentType: SSE,
    body: chat(true),
  },
  {
    name: 'completions',
    path: '/v1/completions',
    request: { ...stream, prompt: 'Wo?' },
    contentType: SSE,
    body: sse([
      ...HALVES.map((text) => ({ choices: [{ index: 0, text, finish_reason: null }] })),
      { choices: [{ index: 0, text: '', finish_reason: 'stop' }] },
      '[DONE]',
    ]),
  },
  {
    name: 'responses',
    path: '/v1/responses',
    request: { ...stream, input: 'Wo?' },
    contentType: SSE,
    body: responses(),
  },
  {
    name: 'messages',
    path: '/v1/messages',
    request: { ...stream, max_tokens: 9, messages: ASK },
    contentType: SSE,
    body: anthropic(),
  },
  {
    name: 'ollama chat',
    path: '/api/chat',
    request: { model: 'm', messages: ASK },
    contentType: 'application/x-ndjson',
    body: lines([
      ...HALVES.map((content) => ({ model: 'm', message: { role: 'assistant', content }, done: false })),
      { model: 'm', message: { role: 'assistant', content: '', tool_calls: [weather] }, done: false },
      { model: 'm', message: { role: 'assistant', content: '' }, done: true, done_reason: 'stop' },
    ]),
  },
  {
    name: 'ollama generate',
    path: '/api/generate',
    request: { model: 'm', prompt: 'Wo?' },
    contentType: 'application/x-ndjson',
    body: lines([
      ...HALVES.map((response) => ({ model: 'm', response, done: false })),
      { model: 'm', response: '', done: true, done_reason: 'stop' },
    ]),
  },
  {
    name: 'gemini',
    path: '/v1beta/models/m:streamGenerateContent?alt=sse',
    request: CONTENTS,
    contentType: SSE,
    body: sse(gemini()),
  },
  {
    name: 'gemini, an array',
    path: '/v1beta/models/m:streamGenerateContent',
    request: CONTENTS,
    contentType: 'application/json',
    body: Buffer.from(
      `[${gemini()
        .map((part) => JSON.stringify(part))
        .join(',\r\n')}]`,
    ),
  },
];
