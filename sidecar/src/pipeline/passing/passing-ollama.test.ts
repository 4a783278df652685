import { expectPassed, expectTaken, lines, sse } from '../testing/passing.ts';

const PATH = '/api/chat';
const ASKED = { model: 'm', messages: [{ role: 'user', content: 'x' }] };
const contentType = 'application/x-ndjson';
function said(content: unknown, more: object = {}): object {
  return { role: 'assistant', content, ...more };
}
function line(message: unknown, done: unknown = false, more: object = {}): object {
  return {
    model: 'm',
    created_at: '2024-01-01T00:00:00.000000Z',
    message,
    done,
    ...more,
  };
}
function answer(response: unknown, done = false, more: object = {}): object {
  return {
    model: 'm',
    created_at: 'x',
    response,
    done,
    ...more,
  };
}
const END = line(said(''), true, {
  done_reason: 'stop',
  total_duration: 5191566416,
  prompt_eval_count: 26,
  eval_count: 298,
});

describe('a stream of Ollama', () => {
  it.each<[string, readonly object[]]>([
    ['plain', [line(said('Hi')), END]],
    ['load', [line(said(''), true, { done_reason: 'load' })]],
    ['unload', [line(said(''), true, { done_reason: 'unload' })]],
    ['thinking', [line(said('', { thinking: 'hm' })), line(said('Hi')), END]],
    ['tool_calls null', [line(said('Hi', { tool_calls: null, images: null, thinking: null })), END]],
    ['tool_calls', [line(said('', { tool_calls: [{ function: { name: 'f', arguments: { a: 1 } } }] })), END]],
    [
      'tool_calls id index',
      [
        line(said('', { tool_calls: [{ id: 'call_1', function: { index: 0, name: 'f', arguments: {} } }] })),
        END,
      ],
    ],
    [
      'args string',
      [line(said('', { tool_calls: [{ function: { name: 'f', arguments: '{"a":1}' } }] })), END],
    ],
    ['args null', [line(said('', { tool_calls: [{ function: { name: 'f', arguments: null } }] })), END]],
    ['args array', [line(said('', { tool_calls: [{ function: { name: 'f', arguments: [1] } }] })), END]],
    ['tool_calls object', [line(said('', { tool_calls: { function: { name: 'f', arguments: {} } } })), END]],
    [
      'args cut string',
      [line(said('', { tool_calls: [{ function: { name: 'f', arguments: '{"a":"b' } }] })), END],
    ],
    ['message null', [line(null), line(said('Hi')), END]],
    ['message absent', [{ model: 'm', done: false }, line(said('Hi')), END]],
    ['content null', [line(said(null)), END]],
    ['content absent', [line({ role: 'assistant' }), END]],
    ['role empty', [line({ role: '', content: 'a' }), END]],
    ['role absent', [line({ content: 'a' }), END]],
    ['done string', [line(said('a'), 'true')]],
    ['done null', [line(said('Hi'), null), END]],
    ['done 1', [line(said('Hi'), 0), END]],
    ['no done', [line(said('Hi'))]],
    ['no done but last', [line(said('Hi')), line(said(''))]],
    ['done_reason w/o done', [{ ...line(said('Hi')), done: undefined, done_reason: 'stop' }]],
    ['length', [line(said('Hi')), { ...END, done_reason: 'length' }]],
    ['after end empty', [line(said('Hi')), END, {}]],
    ['error', [line(said('Hi')), { error: 'boom' }]],
    ['error obj', [line(said('Hi')), { error: { message: 'boom' } }]],
    ['error first', [{ error: 'boom' }]],
    ['status error', [{ StatusCode: 500, Status: '500', error: 'x' }]],
    ['emoji split', [line(said('a\ud83d')), line(said('\ude00b')), END]],
    [
      'logprobs',
      [
        line(said('Hi'), false, {
          logprobs: [
            { token: 'Hi', logprob: -0.1, bytes: [72], top_logprobs: [{ token: 'Hi', logprob: -1 }] },
          ],
        }),
        END,
      ],
    ],
    ['logprobs null', [line(said('Hi'), false, { logprobs: null }), END]],
    ['counts odd', [line(said('Hi')), { ...END, prompt_eval_count: -1, eval_count: 1.5 }]],
    ['counts str', [line(said('Hi')), { ...END, prompt_eval_count: '5' }]],
    ['model null', [{ ...line(said('Hi')), model: null, created_at: null }, END]],
    ['created number', [{ ...line(said('Hi')), created_at: 1 }, END]],
    ['remote', [{ ...line(said('Hi')), remote_model: 'x', remote_host: 'https://ollama.com:443' }, END]],
    ['content array', [line(said([{ type: 'text', text: 'Hi' }])), END]],
    ['content obj', [line(said({ a: 1 })), END]],
    ['tool_name', [line(said('Hi', { tool_name: '' })), END]],
  ])('passes as it came: %s', (_name, said) => {
    expectPassed({ path: PATH, request: ASKED, response: lines(...said), contentType });
  });

  it.each<[string, readonly object[]]>([
    ['plain', [answer('Hi'), answer('', true, { done_reason: 'stop' })]],
    ['load', [answer('', true, { done_reason: 'load' })]],
    ['thinking', [answer('', false, { thinking: 'a' }), answer('b'), answer('', true)]],
    ['response null', [answer(null), answer('', true)]],
    ['response absent', [{ model: 'm', done: true, done_reason: 'unload' }]],
    ['image', [answer('', false, { image: 'iVBORw0KGgo=', completed: 1, total: 4 }), answer('', true)]],
    ['error', [answer('a'), { error: 'x' }]],
    ['emoji', [answer('a\ud83d'), answer('\ude00'), answer('', true)]],
  ])('of a completion passes as it came: %s', (_name, said) => {
    expectPassed({
      path: '/api/generate',
      request: { model: 'm', prompt: 'a' },
      response: lines(...said),
      contentType,
    });
  });

  it.each([
    'application/json',
    'text/plain',
    'application/json-lines',
    'application/x-jsonlines',
    'application/stream+json',
    '',
  ])('is known under the label %j', (type) => {
    expectPassed({ path: PATH, request: ASKED, response: lines(line(said('Hi')), END), contentType: type });
  });

  it('may come as events', () => {
    const response = `${sse(line(said('Hi')))}${sse(END)}data: [DONE]\n\n`;
    expectPassed({ path: PATH, request: ASKED, response, contentType: 'text/event-stream' });
  });

  it('loses its byte order mark, and frames after its end', () => {
    const response = lines(line(said('Hi')), END);
    expectPassed({ path: PATH, request: ASKED, response: `\ufeff${response}`, contentType }, response);
    expectPassed(
      { path: PATH, request: ASKED, response: response + lines(line(said('x'))), contentType },
      response,
    );
  });
});

describe('a reply of Ollama in one piece', () => {
  it.each<[string, object]>([
    ['without a message', { ...END, message: null }],
    ['that only loads the model', line(said(''), true, { done_reason: 'load' })],
    ['that says nothing', { model: 'm' }],
    ['with an error', { error: 'x' }],
    ['with odd counts', { ...END, eval_count: -1, prompt_eval_count: '5' }],
  ])('passes %s', (_name, response) => {
    expectPassed({ path: PATH, request: { ...ASKED, stream: false }, response });
  });

  it.each<object>([
    { embeddings: [[0.1]] },
    { embeddings: [] },
    { embeddings: null },
    { embeddings: [0.1] },
    { embedding: [0.1] },
  ])('of numbers: %j', (response) => {
    expectPassed({ path: '/api/embed', request: { model: 'm', input: 'a' }, response });
  });

  it.each<[string, object]>([
    ['/api/chat', { model: 'm' }],
    ['/api/chat', { ...ASKED, format: '', options: null, tools: null, think: null, keep_alive: -1 }],
    ['/api/chat', { model: 'm', messages: [{ role: 'tool', content: 'y', tool_call_id: 'c' }] }],
    [
      '/api/chat',
      {
        model: 'm',
        messages: [
          {
            role: 'assistant',
            content: null,
            tool_calls: [{ function: { name: 'f', arguments: '{"a":"b' } }],
          },
        ],
      },
    ],
    ['/api/generate', { model: 'm', prompt: 'a', context: [1, 2] }],
    ['/api/generate', { model: 'm', keep_alive: 0 }],
  ])('answers %s %j', (path, request) => {
    expectTaken(path, request);
  });
});
