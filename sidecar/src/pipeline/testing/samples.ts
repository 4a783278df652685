/** One dialect, with builders of requests and replies for a given text. */
export interface Sample {
  readonly name: string;
  readonly path: string;
  /** Path of a streamed exchange, if different. */
  readonly streamPath?: string;
  request(text: string, more?: object): object;
  whole(text: string): object;
  /** Null: replies are never streamed. `pieces` are sent in order. */
  readonly stream: ((pieces: readonly string[]) => string) | null;
  readonly streamType: string;
}

function sse(data: object, event?: string): string {
  return `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;
}
function lines(values: readonly object[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

function chunk(delta: object, finish: string | null = null): string {
  return sse({
    id: 'c',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
}

const chat: Sample = {
  name: 'openai-chat',
  path: '/v1/chat/completions',
  request: (content, more = {}) => ({ model: 'm', messages: [{ role: 'user', content }], ...more }),
  whole: (content) => ({
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
  }),
  stream: (pieces) =>
    `${chunk({ role: 'assistant', content: '' })}${pieces.map((content) => chunk({ content })).join('')}${chunk({}, 'stop')}data: [DONE]\n\n`,
  streamType: 'text/event-stream',
};

const completions: Sample = {
  name: 'openai-completions',
  path: '/v1/completions',
  request: (prompt, more = {}) => ({ model: 'm', prompt, ...more }),
  whole: (text) => ({
    id: 'c',
    object: 'text_completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, text, finish_reason: 'stop', logprobs: null }],
  }),
  stream: (pieces) => {
    const piece = (text: string, finish: string | null): string =>
      sse({
        id: 'c',
        object: 'text_completion',
        created: 1,
        model: 'm',
        choices: [{ index: 0, text, finish_reason: finish, logprobs: null }],
      });
    return `${pieces.map((text) => piece(text, null)).join('')}${piece('', 'stop')}data: [DONE]\n\n`;
  },
  streamType: 'text/event-stream',
};

function part(text: string): object {
  return { type: 'output_text', annotations: [], logprobs: [], text };
}
function item(status: string, content: readonly object[]): object {
  return {
    id: 'msg_1',
    type: 'message',
    status,
    role: 'assistant',
    content,
  };
}
function responseObject(status: string, output: readonly object[]): object {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status,
    error: null,
    incomplete_details: null,
    model: 'm',
    output,
  };
}
const responses: Sample = {
  name: 'openai-responses',
  path: '/v1/responses',
  request: (input, more = {}) => ({ model: 'm', input, ...more }),
  whole: (text) => responseObject('completed', [item('completed', [part(text)])]),
  stream(pieces) {
    const text = pieces.join('');
    let sequence = 0;
    const event = (type: string, more: object): string =>
      sse({ type, sequence_number: sequence++, ...more }, type);
    const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
    return [
      event('response.created', { response: responseObject('in_progress', []) }),
      event('response.output_item.added', { output_index: 0, item: item('in_progress', []) }),
      event('response.content_part.added', { ...at, part: part('') }),
      ...pieces.map((delta) => event('response.output_text.delta', { ...at, delta, logprobs: [] })),
      event('response.output_text.done', { ...at, text, logprobs: [] }),
      event('response.content_part.done', { ...at, part: part(text) }),
      event('response.output_item.done', { output_index: 0, item: item('completed', [part(text)]) }),
      event('response.completed', {
        response: responseObject('completed', [item('completed', [part(text)])]),
      }),
    ].join('');
  },
  streamType: 'text/event-stream',
};

function message(content: readonly object[], stop: string | null): object {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content,
    stop_reason: stop,
    stop_sequence: null,
    usage: { input_tokens: 3, output_tokens: 4 },
  };
}
const anthropic: Sample = {
  name: 'anthropic-messages',
  path: '/v1/messages',
  request: (content, more = {}) => ({
    model: 'm',
    max_tokens: 100,
    messages: [{ role: 'user', content }],
    ...more,
  }),
  whole: (text) => message([{ type: 'text', text }], 'end_turn'),
  stream(pieces) {
    const event = (type: string, more: object = {}): string => sse({ type, ...more }, type);
    return [
      event('message_start', { message: message([], null) }),
      event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      ...pieces.map((text) =>
        event('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }),
      ),
      event('content_block_stop', { index: 0 }),
      event('message_delta', {
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: 4 },
      }),
      event('message_stop'),
    ].join('');
  },
  streamType: 'text/event-stream',
};

function ollama(name: string, path: string, said: (text: string) => object): Sample {
  return {
    name,
    path,
    request: (text, more = {}) => ({
      model: 'm',
      stream: false,
      ...(path === '/api/chat' ? { messages: [{ role: 'user', content: text }] } : { prompt: text }),
      ...more,
    }),
    whole: (text) => ({ model: 'm', created_at: '1', ...said(text), done: true, done_reason: 'stop' }),
    stream: (pieces) =>
      lines([
        ...pieces.map((text) => ({ model: 'm', created_at: '1', ...said(text), done: false })),
        { model: 'm', created_at: '1', ...said(''), done: true, done_reason: 'stop', eval_count: 4 },
      ]),
    streamType: 'application/x-ndjson',
  };
}

function candidate(text: string, finish?: string): object {
  return {
    candidates: [
      {
        index: 0,
        content: { role: 'model', parts: [{ text }] },
        ...(finish === undefined ? {} : { finishReason: finish }),
      },
    ],
    modelVersion: 'g',
  };
}
function geminiRequest(text: string, more: object = {}): object {
  return {
    contents: [{ role: 'user', parts: [{ text }] }],
    ...more,
  };
}
const gemini: Sample = {
  name: 'gemini',
  path: '/v1beta/models/g:generateContent',
  streamPath: '/v1beta/models/g:streamGenerateContent?alt=sse',
  request: geminiRequest,
  whole: (text) => candidate(text, 'STOP'),
  stream: (pieces) =>
    pieces
      .map((text, index) => sse(candidate(text, index === pieces.length - 1 ? 'STOP' : undefined)))
      .join(''),
  streamType: 'text/event-stream',
};
const geminiArray: Sample = {
  ...gemini,
  name: 'gemini as an array',
  streamPath: '/v1beta/models/g:streamGenerateContent',
  stream: (pieces) =>
    `[${pieces.map((text, index) => JSON.stringify(candidate(text, index === pieces.length - 1 ? 'STOP' : undefined))).join('\n,\n')}]`,
  streamType: 'application/json',
};

/** Every dialect of generation. */
export const SAMPLES: readonly Sample[] = [
  chat,
  completions,
  responses,
  anthropic,
  ollama('ollama-chat', '/api/chat', (content) => ({ message: { role: 'assistant', content } })),
  ollama('ollama-generate', '/api/generate', (response) => ({ response })),
  gemini,
  geminiArray,
];

export const CHAT = chat;
