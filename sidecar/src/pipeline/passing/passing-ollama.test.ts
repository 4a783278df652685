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
    ['text', [line(said('Hi')), END]],
    ['a model that was loaded', [line(said(''), true, { done_reason: 'load' })]],
    ['a model that was unloaded', [line(said(''), true, { done_reason: 'unload' })]],
    ['thinking, then text', [line(said('', { thinking: 'hm' })), line(said('Hi')), END]],
    [
      'null in the members of the message',
      [line(said('Hi', { tool_calls: null, images: null, thinking: null })), END],
    ],
    ['a call', [line(said('', { tool_calls: [{ function: { name: 'f', arguments: { a: 1 } } }] })), END]],
    [
      'a call with an id and an index',
      [
        line(said('', { tool_calls: [{ id: 'call_1', function: { index: 0, name: 'f', arguments: {} } }] })),
        END,
      ],
    ],
    [
      'arguments as a string',
      [line(said('', { tool_calls: [{ function: { name: 'f', arguments: '{"a":1}' } }] })), END],
    ],
    [
      'arguments of null',
      [line(said('', { tool_calls: [{ function: { name: 'f', arguments: null } }] })), END],
    ],
    [
      'arguments as a list',
      [line(said('', { tool_calls: [{ function: { name: 'f', arguments: [1] } }] })), END],
    ],
    [
      'one call without a list',
      [line(said('', { tool_calls: { function: { name: 'f', arguments: {} } } })), END],
    ],
    [
      'arguments as a string cut short',
      [line(said('', { tool_calls: [{ function: { name: 'f', arguments: '{"a":"b' } }] })), END],
    ],
    ['a message of null', [line(null), line(said('Hi')), END]],
    ['no message', [{ model: 'm', done: false }, line(said('Hi')), END]],
    ['content of null', [line(said(null)), END]],
    ['no content', [line({ role: 'assistant' }), END]],
    ['an empty role', [line({ role: '', content: 'a' }), END]],
    ['no role', [line({ content: 'a' }), END]],
    ['done as a string', [line(said('a'), 'true')]],
    ['done of null', [line(said('Hi'), null), END]],
    ['done as a number', [line(said('Hi'), 0), END]],
    ['no end', [line(said('Hi'))]],
    ['an empty text in place of an end', [line(said('Hi')), line(said(''))]],
    ['a done_reason without done', [{ ...line(said('Hi')), done: undefined, done_reason: 'stop' }]],
    ['an end by length', [line(said('Hi')), { ...END, done_reason: 'length' }]],
    ['an empty object behind the end', [line(said('Hi')), END, {}]],
    ['an error at the end', [line(said('Hi')), { error: 'boom' }]],
    ['an error as an object', [line(said('Hi')), { error: { message: 'boom' } }]],
    ['an error alone', [{ error: 'boom' }]],
    ['an error with a status', [{ StatusCode: 500, Status: '500', error: 'x' }]],
    ['a character in two pieces', [line(said('a\ud83d')), line(said('\ude00b')), END]],
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
    ['logprobs of null', [line(said('Hi'), false, { logprobs: null }), END]],
    [
      'counts below zero and as a fraction',
      [line(said('Hi')), { ...END, prompt_eval_count: -1, eval_count: 1.5 }],
    ],
    ['a count as a string', [line(said('Hi')), { ...END, prompt_eval_count: '5' }]],
    ['a model of null', [{ ...line(said('Hi')), model: null, created_at: null }, END]],
    ['a time as a number', [{ ...line(said('Hi')), created_at: 1 }, END]],
    [
      'a model of another host',
      [{ ...line(said('Hi')), remote_model: 'x', remote_host: 'https://ollama.com:443' }, END],
    ],
    ['content as a list of parts', [line(said([{ type: 'text', text: 'Hi' }])), END]],
    ['content as an object', [line(said({ a: 1 })), END]],
    ['an empty tool_name', [line(said('Hi', { tool_name: '' })), END]],
  ])('passes as it came: %s', (_name, said) => {
    expectPassed({ path: PATH, request: ASKED, response: lines(...said), contentType });
  });

  it.each<[string, readonly object[]]>([
    ['text', [answer('Hi'), answer('', true, { done_reason: 'stop' })]],
    ['a model that was loaded', [answer('', true, { done_reason: 'load' })]],
    ['thinking, then text', [answer('', false, { thinking: 'a' }), answer('b'), answer('', true)]],
    ['a response of null', [answer(null), answer('', true)]],
    ['no response', [{ model: 'm', done: true, done_reason: 'unload' }]],
    ['an image', [answer('', false, { image: 'iVBORw0KGgo=', completed: 1, total: 4 }), answer('', true)]],
    ['an error at the end', [answer('a'), { error: 'x' }]],
    ['a character in two pieces', [answer('a\ud83d'), answer('\ude00'), answer('', true)]],
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
