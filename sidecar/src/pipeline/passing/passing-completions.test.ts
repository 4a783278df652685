import { expectPassed, expectTaken, sse } from '../testing/passing.ts';

const PATH = '/v1/completions';
const ASKED = { model: 'm', prompt: 'hi', stream: true };
const DONE = 'data: [DONE]\n\n';
function chunk(text: unknown, finish: string | null = null, more: object = {}): string {
  return sse({
    id: 'c',
    object: 'text_completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, text, logprobs: null, finish_reason: finish, ...more }],
  });
}

describe('a stream of completions', () => {
  it.each<[string, string]>([
    ['text and a reason to stop', [chunk('Hi'), chunk('', 'stop'), DONE].join('')],
    ['an empty reason to stop', [chunk('Hi', ''), chunk('', 'stop'), DONE].join('')],
    ['no reason to stop', [chunk('Hi'), DONE].join('')],
    ['choices of null', [sse({ choices: null }), chunk('a'), DONE].join('')],
    [
      'an index that counts on with the pieces',
      [
        chunk('H', null, { index: 0 }),
        chunk('i', null, { index: 1 }),
        chunk('!', null, { index: 2 }),
        DONE,
      ].join(''),
    ],
    [
      'no index',
      [
        sse({ choices: [{ text: 'a' }] }),
        sse({ choices: [{ text: 'b', finish_reason: 'stop' }] }),
        DONE,
      ].join(''),
    ],
    ['a text of null', [chunk(null), chunk('a'), chunk(null, 'stop'), DONE].join('')],
    ['no text', [sse({ choices: [{ index: 0, finish_reason: 'stop' }] }), DONE].join('')],
    ['a character in two pieces', [chunk('a\ud83d'), chunk('\ude00b'), chunk('', 'stop'), DONE].join('')],
    ['half of a character at the end', [chunk('a\ud83d'), chunk('', 'length'), DONE].join('')],
    [
      'a chunk of usage without choices',
      [chunk('a'), sse({ choices: [], usage: { prompt_tokens: 1 } }), DONE].join(''),
    ],
    ['an error at the end', [chunk('a'), sse({ error: { message: 'x' } })].join('')],
    ['a ping by its type', [sse({ type: 'ping' }), chunk('a'), DONE].join('')],
    ['an event named ping', [sse({ type: 'ping' }, 'ping'), chunk('a'), DONE].join('')],
    [
      'logprobs',
      [
        chunk('Hi', null, {
          logprobs: {
            tokens: ['Hi'],
            token_logprobs: [-0.1],
            top_logprobs: [{ Hi: -0.1, ' yo': -2 }],
            text_offset: [0],
          },
        }),
        chunk('', 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'llama.cpp, logprobs in the form of a chat',
      [
        chunk('Hi', null, {
          logprobs: {
            content: [
              {
                id: 1,
                token: 'Hi',
                bytes: [72],
                logprob: -0.1,
                top_logprobs: [{ id: 1, token: 'Hi', bytes: [72], logprob: -1 }],
              },
            ],
          },
        }),
        chunk('', 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'llama.cpp, its own frames',
      [
        sse({ content: 'Hi', stop: false, id_slot: 0, multimodal: false, index: 0 }),
        sse({ content: '', stop: true, generation_settings: {} }),
      ].join(''),
    ],
    [
      'vLLM, a token to stop at',
      [
        chunk('Hi', null, { stop_reason: null, token_ids: null }),
        chunk('', 'stop', { stop_reason: 128009 }),
        DONE,
      ].join(''),
    ],
    ['a delta in place of text', [sse({ choices: [{ index: 0, delta: { content: 'Hi' } }] }), DONE].join('')],
  ])('passes as it came: %s', (_name, response) => {
    expectPassed({ path: PATH, request: ASKED, response });
  });
});

describe('embeddings', () => {
  it.each<object>([
    { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [0.1, 2] }], model: 'm' },
    { data: [{ embedding: 'AACAPwAAgD8=' }], usage: null, model: null },
    { data: [{ embedding: [0.1, null, 1e-320] }] },
    { data: [{ index: 0, embedding: [[0.1, 0.2]] }] },
    { data: [{ embedding: { float: [0.1], sparse: { indices: [1], values: [0.5] } } }] },
    { data: null },
    { error: { message: 'x', type: 'y' } },
    [{ index: 0, embedding: [[0.1, 0.2]] }],
  ])('pass as they came: %j', (response) => {
    const contentType = 'application/json';
    expectPassed({ path: '/v1/embeddings', request: { model: 'm', input: 'a' }, response, contentType });
  });
});

describe('input of completions and embeddings', () => {
  it.each<[string, object]>([
    [PATH, { prompt: [1, 2, 3] }],
    [PATH, { prompt: [[1], [2]] }],
    [PATH, { prompt: null }],
    [PATH, { prompt: [1, 'a', { prompt_string: 'x', multimodal_data: ['AAAA'] }] }],
    [PATH, { prompt: 'a', best_of: 1, echo: true, suffix: null, stream: 'false', max_tokens: -1 }],
    ['/v1/embeddings', { input: [1] }],
    ['/v1/embeddings', { input: [[1, 2], [3]] }],
    ['/v1/embeddings', { input: [{ image: 'https://x.example/a.png' }, { text: 'a' }] }],
    ['/v1/embeddings', { input: null, dimensions: null }],
  ])('is taken: %s %j', (path, request) => {
    expectTaken(path, { model: 'm', ...request });
  });
});
