import { replayExchange } from './replay.ts';
import { policyOf } from '../test-kit.ts';

const POLICY = policyOf(`egress: { secrets: { action: block }, onBlock: finish }
action: { default: deny, tools: [{ name: good }, { name: web_search }, { name: wiki.good }] }`);
/** Has the shape of a credential and is none. */
const TOKEN = ['ghp', 'R7mK2vQx9LpT4sWn8ZcB3dHf6JyGa1Ue5Ti0'].join('_');

interface Api {
  readonly path: string;
  readonly request: object;
  /** A frame, or frames. */
  readonly begin: string;
  /** The call of a tool that the client runs; `at` is how much came before it. */
  call(name: string, at: number): string;
  /** A call that the provider has run itself. Absent: the API has none. */
  readonly atProvider?: (at: number) => string;
  text(text: string, at: number): string;
  /** What ends a reply cleanly as withheld, and what raises. */
  readonly clean: string;
  readonly raised: string;
  /** The last frame, where the reply is not complete without it. */
  readonly end?: string;
}

function sse(data: { readonly type?: string }): string {
  return `${data.type === undefined ? '' : `event: ${data.type}\n`}data: ${JSON.stringify(data)}\n\n`;
}
function chunk(delta: object): string {
  return sse({ choices: [{ index: 0, delta }] } as object);
}
const user = [{ role: 'user', content: 'hi' }];

const chat: Api = {
  path: '/v1/chat/completions',
  request: { model: 'm', messages: user, stream: true },
  begin: chunk({ role: 'assistant', content: '' }),
  call: (name, index) =>
    chunk({
      tool_calls: [{ index, id: `c${index}`, type: 'function', function: { name, arguments: '{}' } }],
    }),
  text: (content) => chunk({ content }),
  clean: '"content_filter"',
  raised: 'data: {"error":',
};

function item(output_index: number, value: object): string {
  return (
    sse({ type: 'response.output_item.added', output_index, item: value } as object) +
    sse({ type: 'response.output_item.done', output_index, item: value } as object)
  );
}

const responses: Api = {
  path: '/v1/responses',
  request: { model: 'm', input: 'hi', stream: true },
  begin: sse({
    type: 'response.created',
    response: { id: 'r', output: [], status: 'in_progress' },
  } as object),
  call: (name, at) =>
    item(at, { type: 'function_call', id: `f${at}`, call_id: `c${at}`, name, arguments: '{}' }),
  atProvider: (at) =>
    item(at, {
      type: 'mcp_call',
      id: `p${at}`,
      server_label: 'wiki',
      name: 'good',
      arguments: '{}',
      output: 'x',
    }),
  text: (text, at) =>
    item(at, { type: 'message', id: `m${at}`, role: 'assistant', content: [{ type: 'output_text', text }] }),
  clean: 'event: response.incomplete',
  raised: 'event: error',
};

function block(index: number, content_block: object, delta: object): string {
  return (
    sse({ type: 'content_block_start', index, content_block } as object) +
    sse({ type: 'content_block_delta', index, delta } as object) +
    sse({ type: 'content_block_stop', index } as object)
  );
}

const messages: Api = {
  path: '/v1/messages',
  request: { model: 'm', max_tokens: 9, messages: user, stream: true },
  begin: sse({
    type: 'message_start',
    message: { id: 'm', type: 'message', role: 'assistant', model: 'm', content: [], usage: {} },
  } as object),
  call: (name, at) =>
    block(
      at,
      { type: 'tool_use', id: `t${at}`, name, input: {} },
      { type: 'input_json_delta', partial_json: '{}' },
    ),
  atProvider: (at) =>
    block(
      at,
      { type: 'server_tool_use', id: `t${at}`, name: 'web_search', input: {} },
      { type: 'input_json_delta', partial_json: '{}' },
    ),
  text: (text, at) => block(at, { type: 'text', text: '' }, { type: 'text_delta', text }),
  clean: '"stop_reason":"refusal"',
  raised: 'event: error',
};

function part(value: object): string {
  return sse({ candidates: [{ index: 0, content: { role: 'model', parts: [value] } }] } as object);
}

const gemini: Api = {
  path: '/v1beta/models/m:streamGenerateContent?alt=sse',
  request: { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] },
  begin: '',
  call: (name) => part({ functionCall: { name, args: {} } }),
  text: (text) => part({ text }),
  clean: '"finishMessage"',
  raised: 'data: {"error":',
};

function line(message: object): string {
  return `${JSON.stringify({ model: 'm', message: { role: 'assistant', content: '', ...message }, done: false })}\n`;
}

const ollama: Api = {
  path: '/api/chat',
  request: { model: 'm', messages: user },
  begin: '',
  call: (name) => line({ tool_calls: [{ function: { name, arguments: {} } }] }),
  text: (content) => line({ content }),
  clean: '"done_reason":"content_filter"',
  raised: '{"error":"',
  end: `${JSON.stringify({ model: 'm', done: true, done_reason: 'stop' })}\n`,
};

function received({ path, request }: Api, response: string): string {
  return replayExchange({ method: 'POST', path, request, response }, POLICY).received?.body ?? '';
}

describe.each([
  ['chat completions', chat],
  ['responses', responses],
  ['messages', messages],
  ['gemini', gemini],
  ['ollama', ollama],
])('a stream of %s that is withheld under onBlock: finish', (_name, api) => {
  it.each([
    ['a call that is refused', api.call('bad', 1)],
    ['text that is', api.call('good', 1) + api.text(`It is ${TOKEN}.`, 2)],
  ])('raises behind a call that the client has, for %s', (_what, rest) => {
    const got = received(api, api.begin + api.call('good', 0) + rest + (api.end ?? ''));
    expect(got).toContain('good');
    expect(got).toContain(api.raised);
    expect(got).not.toContain(api.clean);
    expect(got).not.toMatch(/"bad"|ghp_/);
  });

  it.each([
    ['behind text', api.text('Let me see.', 0) + api.call('bad', 1)],
    ['where nothing came before', api.call('bad', 0)],
    ['where the first of two calls is refused', api.call('bad', 0) + api.call('good', 1)],
    ...(api.atProvider === undefined
      ? []
      : [['behind a call that the provider ran', api.atProvider(0) + api.text(`It is ${TOKEN}.`, 1)]]),
  ])('ends cleanly %s', (_where, rest) => {
    const got = received(api, api.begin + rest + (api.end ?? ''));
    expect(got).toContain(api.clean);
    expect(got).not.toContain(api.raised);
    expect(got).not.toMatch(/"bad"|ghp_/);
  });
});
