/** A call of a tool. */
interface Called {
  readonly name: string;
  readonly args: object;
}

/** Calls that were denied: name, arguments, and what is said of each. */
type Denied = readonly (readonly [name: string, args: object, said: string])[];

/** How an API makes calls, and takes results. */
export interface Api {
  readonly name: string;
  readonly path: string;
  readonly streamPath: string;
  readonly streamType: string;
  /** The member of requests with the conversation. */
  readonly member: string;
  /** The conversation of `request`, as a list. */
  readonly history: readonly object[];
  request(streams: boolean): object;
  /** Its reply with these calls; without any, a text. */
  whole(calls: readonly Called[]): object;
  streamed(calls: readonly Called[]): string;
  /** What the conversation goes on with. */
  denied(calls: Denied): readonly object[];
  /** What a reply has that ends cleanly as withheld. */
  readonly clean: RegExp;
}

const NAMES = ['look', 'pay'];
const SCHEMA = { type: 'object', properties: {} };
const FUNCTIONS = NAMES.map((name) => ({ type: 'function', function: { name, parameters: SCHEMA } }));
const USER = { role: 'user', content: 'Go.' };
const SAID = 'All done.';

function sse(data: object): string {
  const { type } = data as { readonly type?: string };
  return `${type === undefined ? '' : `event: ${type}\n`}data: ${JSON.stringify(data)}\n\n`;
}

const chat: Api = {
  name: 'chat completions',
  path: '/v1/chat/completions',
  streamPath: '/v1/chat/completions',
  streamType: 'text/event-stream',
  member: 'messages',
  history: [USER],
  request: (stream) => ({ model: 'm', messages: [USER], stream, tools: FUNCTIONS }),
  whole: (calls) => ({
    ...{ id: 'c', object: 'chat.completion', created: 1, model: 'm' },
    choices: [
      {
        index: 0,
        message: {
          ...{ role: 'assistant', refusal: null, annotations: [] },
          ...(calls.length === 0 ? { content: SAID } : { content: null, tool_calls: calls.map(chatCall) }),
        },
        finish_reason: calls.length === 0 ? 'stop' : 'tool_calls',
      },
    ],
    usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
  }),
  streamed: (calls) => {
    const chunk = (delta: object, finish_reason: string | null = null): string =>
      sse({
        id: 'c',
        object: 'chat.completion.chunk',
        created: 1,
        model: 'm',
        choices: [{ index: 0, delta, finish_reason }],
      });
    const pieces = calls.flatMap((call, index) => {
      const { function: made, ...head } = chatCall(call, index);
      return [
        chunk({ tool_calls: [{ index, ...head, function: { ...made, arguments: '' } }] }),
        chunk({ tool_calls: [{ index, function: { arguments: made.arguments.slice(0, 3) } }] }),
        chunk({ tool_calls: [{ index, function: { arguments: made.arguments.slice(3) } }] }),
      ];
    });
    const said = calls.length === 0 ? [chunk({ content: SAID })] : pieces;
    const begin = chunk({ role: 'assistant', content: calls.length === 0 ? '' : null });
    return `${begin}${said.join('')}${chunk({}, calls.length === 0 ? 'stop' : 'tool_calls')}data: [DONE]\n\n`;
  },
  denied: (calls) => [
    {
      role: 'assistant',
      content: null,
      tool_calls: calls.map(([name, args], index) => chatCall({ name, args }, index)),
    },
    ...calls.map(([, , content], index) => ({ role: 'tool', tool_call_id: `c${index}`, content })),
  ],
  clean: /"content_filter"/,
};

function chatCall({ name, args }: Called, index: number) {
  return { id: `c${index}`, type: 'function', function: { name, arguments: JSON.stringify(args) } };
}

const THOUGHT = { type: 'thinking', thinking: 'Hm, well.', signature: 'ErUBCkYIAxgC' };

function use({ name, args }: Called, index: number) {
  return { type: 'tool_use', id: `c${index}`, name, input: args };
}

const messages: Api = {
  name: 'messages',
  path: '/v1/messages',
  streamPath: '/v1/messages',
  streamType: 'text/event-stream',
  member: 'messages',
  history: [USER],
  request: (stream) => ({
    model: 'm',
    max_tokens: 99,
    messages: [USER],
    stream,
    tools: NAMES.map((name) => ({ name, input_schema: SCHEMA })),
  }),
  whole: (calls) => ({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: calls.length === 0 ? [{ type: 'text', text: SAID }] : [THOUGHT, ...calls.map(use)],
    stop_reason: calls.length === 0 ? 'end_turn' : 'tool_use',
    usage: { input_tokens: 3, output_tokens: 4 },
  }),
  streamed: (calls) => {
    const block = (index: number, content_block: object, ...deltas: readonly object[]): string =>
      [
        sse({ type: 'content_block_start', index, content_block }),
        ...deltas.map((delta) => sse({ type: 'content_block_delta', index, delta })),
        sse({ type: 'content_block_stop', index }),
      ].join('');
    const thought = block(
      0,
      { type: 'thinking', thinking: '', signature: '' },
      { type: 'thinking_delta', thinking: 'Hm, ' },
      { type: 'thinking_delta', thinking: 'well.' },
      { type: 'signature_delta', signature: THOUGHT.signature },
    );
    const made = calls.map((call, at) => {
      const text = JSON.stringify(call.args);
      const pieces = [text.slice(0, 3), text.slice(3)].filter((piece) => piece !== '');
      return block(
        at + 1,
        { ...use(call, at), input: {} },
        ...pieces.map((partial_json) => ({ type: 'input_json_delta', partial_json })),
      );
    });
    const said = block(0, { type: 'text', text: '' }, { type: 'text_delta', text: SAID });
    return [
      sse({
        type: 'message_start',
        message: { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [], usage: {} },
      }),
      ...(calls.length === 0 ? [said] : [thought, ...made]),
      sse({
        type: 'message_delta',
        delta: { stop_reason: calls.length === 0 ? 'end_turn' : 'tool_use' },
        usage: { output_tokens: 4 },
      }),
      sse({ type: 'message_stop' }),
    ].join('');
  },
  denied: (calls) => [
    {
      role: 'assistant',
      content: [THOUGHT, ...calls.map(([name, args], index) => use({ name, args }, index))],
    },
    {
      role: 'user',
      content: calls.map(([, , content], index) => ({
        type: 'tool_result',
        tool_use_id: `c${index}`,
        content,
        is_error: true,
      })),
    },
  ],
  clean: /"stop_reason":"refusal"/,
};

function item({ name, args }: Called, index: number) {
  const text = JSON.stringify(args);
  return {
    type: 'function_call',
    id: `f${index}`,
    call_id: `c${index}`,
    name,
    arguments: text,
    status: 'completed',
  };
}

const REASONING = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'c2VhbGVk' };

function response(calls: readonly Called[]): object {
  const text = { type: 'output_text', text: SAID, annotations: [] };
  const message = { type: 'message', id: 'm0', role: 'assistant', status: 'completed', content: [text] };
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: 'm',
    output: calls.length === 0 ? [message] : [REASONING, ...calls.map(item)],
    usage: { input_tokens: 3, output_tokens: 4, total_tokens: 7 },
  };
}

const responses: Api = {
  name: 'responses',
  path: '/v1/responses',
  streamPath: '/v1/responses',
  streamType: 'text/event-stream',
  member: 'input',
  history: [USER],
  request: (stream) => ({
    model: 'm',
    input: 'Go.',
    stream,
    store: false,
    tools: NAMES.map((name) => ({ type: 'function', name, parameters: SCHEMA })),
  }),
  whole: response,
  streamed: (calls) => {
    const done = response(calls) as { readonly output: readonly object[] };
    const items = done.output.flatMap((each, output_index) => [
      sse({ type: 'response.output_item.added', output_index, item: each }),
      sse({ type: 'response.output_item.done', output_index, item: each }),
    ]);
    return [
      sse({ type: 'response.created', response: { ...done, status: 'in_progress', output: [] } }),
      ...items,
      sse({ type: 'response.completed', response: done }),
    ].join('');
  },
  denied: (calls) => [
    REASONING,
    ...calls.map(([name, args], index) => item({ name, args }, index)),
    ...calls.map(([, , output], index) => ({ type: 'function_call_output', call_id: `c${index}`, output })),
  ],
  clean: /"incomplete_details":\{"reason":"content_filter"/,
};

function part({ name, args }: Called, index: number) {
  return {
    functionCall: { id: `c${index}`, name, args },
    ...(index === 0 ? { thoughtSignature: 'c2ln' } : {}),
  };
}

function candidate(parts: readonly object[], finish: object): object {
  return { candidates: [{ index: 0, content: { role: 'model', parts }, ...finish }], modelVersion: 'm' };
}

const STOP = { finishReason: 'STOP' };

const gemini: Api = {
  name: 'gemini',
  path: '/v1beta/models/m:generateContent',
  streamPath: '/v1beta/models/m:streamGenerateContent?alt=sse',
  streamType: 'text/event-stream',
  member: 'contents',
  history: [{ role: 'user', parts: [{ text: 'Go.' }] }],
  request: () => ({
    contents: [{ role: 'user', parts: [{ text: 'Go.' }] }],
    tools: [{ functionDeclarations: NAMES.map((name) => ({ name, parameters: SCHEMA })) }],
  }),
  whole: (calls) => candidate(calls.length === 0 ? [{ text: SAID }] : calls.map(part), STOP),
  streamed: (calls) =>
    calls.length === 0
      ? sse(candidate([{ text: SAID }], STOP))
      : calls
          .map((call, at) => sse(candidate([part(call, at)], at === calls.length - 1 ? STOP : {})))
          .join(''),
  denied: (calls) => [
    { role: 'model', parts: calls.map(([name, args], index) => part({ name, args }, index)) },
    {
      role: 'user',
      parts: calls.map(([name, , error], index) => ({
        functionResponse: { id: `c${index}`, name, response: { error } },
      })),
    },
  ],
  clean: /"finishMessage"/,
};

function line(message: object, more: object = { done: false }): object {
  return { model: 'm', message: { role: 'assistant', content: '', ...message }, ...more };
}

function ollamaCall({ name, args }: Called) {
  return { function: { name, arguments: args } };
}

const DONE = { done: true, done_reason: 'stop', prompt_eval_count: 3, eval_count: 4 };

const ollama: Api = {
  name: 'ollama',
  path: '/api/chat',
  streamPath: '/api/chat',
  streamType: 'application/x-ndjson',
  member: 'messages',
  history: [USER],
  request: (stream) => ({ model: 'm', messages: [USER], stream, tools: FUNCTIONS }),
  whole: (calls) =>
    line(calls.length === 0 ? { content: SAID } : { tool_calls: calls.map(ollamaCall) }, DONE),
  streamed: (calls) =>
    [
      ...(calls.length === 0
        ? [line({ content: SAID })]
        : calls.map((call) => line({ tool_calls: [ollamaCall(call)] }))),
      line({}, DONE),
    ]
      .map((each) => `${JSON.stringify(each)}\n`)
      .join(''),
  denied: (calls) => [
    { role: 'assistant', content: '', tool_calls: calls.map(([name, args]) => ollamaCall({ name, args })) },
    ...calls.map(([name, , content]) => ({ role: 'tool', tool_name: name, content })),
  ],
  clean: /"done_reason":"content_filter"/,
};

/** Every API whose replies have calls. */
export const APIS: readonly Api[] = [chat, messages, responses, gemini, ollama];
