import { PATH, ASKED, DONE, chunk } from '../testing/chat-stream.ts';
import { expectPassed, sse } from '../testing/passing.ts';

describe('a stream of chat completions', () => {
  it.each<[string, string]>([
    ['delta null', [chunk({ content: 'Hi' }), chunk(null), chunk(null, 'stop'), DONE].join('')],
    [
      'delta absent',
      [chunk({ content: 'Hi' }), sse({ id: 'c', choices: [{ index: 0, finish_reason: 'stop' }] }), DONE].join(
        '',
      ),
    ],
    [
      'choices null',
      [
        sse({ id: 'c', choices: null, usage: { prompt_tokens: 1, completion_tokens: 1 } }),
        chunk({ content: 'a' }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'choices absent',
      [
        sse({ id: 'c', object: 'chat.completion.chunk' }),
        chunk({ content: 'a' }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'choices object',
      [sse({ id: 'c', choices: { index: 0, delta: { content: 'a' } } }), chunk({}, 'stop'), DONE].join(''),
    ],
    [
      'choices [null]',
      [sse({ id: 'c', choices: [null] }), chunk({ content: 'a' }), chunk({}, 'stop'), DONE].join(''),
    ],
    ['CRLF', [(chunk({ content: 'Hi' }) + chunk({}, 'stop') + DONE).replace(/\n/g, '\r\n')].join('')],
    ['CR', [(chunk({ content: 'Hi' }) + chunk({}, 'stop') + DONE).replace(/\n/g, '\r')].join('')],
    [
      'no space',
      [(chunk({ content: 'Hi' }) + chunk({}, 'stop') + DONE).replace(/data: /g, 'data:')].join(''),
    ],
    [
      'event: message',
      [
        sse({ choices: [{ index: 0, delta: { content: 'Hi' } }] }, 'message'),
        sse({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }, 'message'),
        DONE,
      ].join(''),
    ],
    ['ping typed', [sse({ type: 'ping' }), chunk({ content: 'Hi' }), chunk({}, 'stop'), DONE].join('')],
    ['event ping with data', [sse({}, 'ping'), chunk({ content: 'Hi' }), chunk({}, 'stop'), DONE].join('')],
    [
      'numbers beyond doubles',
      [
        'data: {"id":"c","created":1e400,"x":123456789012345678901234567890,"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n',
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'huge index',
      [chunk({ content: 'Hi' }, null, { index: 1e300 }), chunk({}, 'stop', { index: 1e300 }), DONE].join(''),
    ],
    [
      'string index',
      [chunk({ content: 'Hi' }, null, { index: '0' }), chunk({}, 'stop', { index: '0' }), DONE].join(''),
    ],
    [
      'negative index',
      [chunk({ content: 'Hi' }, null, { index: -1 }), chunk({}, 'stop', { index: -1 }), DONE].join(''),
    ],
    [
      'null index',
      [chunk({ content: 'Hi' }, null, { index: null }), chunk({}, 'stop', { index: null }), DONE].join(''),
    ],
    ['finish eos_token TGI', [chunk({ content: 'Hi' }), chunk({}, 'eos_token'), DONE].join('')],
    ['no DONE', [chunk({ content: 'Hi' }), chunk({}, 'stop')].join('')],
    ['no finish no DONE', [chunk({ content: 'Hi' })].join('')],
    ['only DONE', [DONE].join('')],
    [
      'error in stream',
      [
        chunk({ content: 'Hi' }),
        sse({ error: { message: 'overloaded', type: 'server_error', code: 500 } }),
      ].join(''),
    ],
    [
      'error in stream then DONE',
      [
        chunk({ content: 'Hi' }),
        sse({ error: { message: 'overloaded', type: 'server_error', code: 500 } }),
        DONE,
      ].join(''),
    ],
    ['error event', [chunk({ content: 'Hi' }), sse({ message: 'boom' }, 'error')].join('')],
    ['error: string', [chunk({ content: 'Hi' }), sse({ error: 'boom' })].join('')],
    [
      'openrouter error choice',
      [
        chunk({ content: 'Hi' }),
        sse({
          id: 'g',
          error: { code: 502, message: 'Provider disconnected' },
          choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
        }),
        DONE,
      ].join(''),
    ],
    [
      'vllm error object BadRequest',
      [
        chunk({ content: 'Hi' }),
        sse({ object: 'error', message: 'bad', type: 'BadRequestError', param: null, code: 400 }),
        DONE,
      ].join(''),
    ],
    ['after done ping', [chunk({ content: 'Hi' }), chunk({}, 'stop'), DONE + '\n'].join('')],
    ['finish twice', [chunk({ content: 'Hi' }), chunk({}, 'stop'), chunk({}, 'stop'), DONE].join('')],
    [
      'text after finish',
      [chunk({ content: 'Hi' }), chunk({}, 'stop'), chunk({ content: ' there' }), DONE].join(''),
    ],
    ['cohere/other done object', [chunk({ content: 'a' }), 'data: {"done":true}\n\n'].join('')],
    [
      'DONE without space',
      ['data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\ndata:[DONE]\n\n'].join(''),
    ],
    ['id and retry', ['id: 1\nretry: 3000\n' + chunk({ content: 'Hi' }), chunk({}, 'stop'), DONE].join('')],
  ])('passes as it came: %s', (_name, response) => {
    expectPassed({ path: PATH, request: ASKED, response });
  });

  it.each<[string, string, string]>([
    ['a byte order mark', `\ufeff${chunk({ content: 'Hi' })}`, chunk({ content: 'Hi' })],
    ['comments', `: keep-alive\n\n${chunk({ content: 'Hi' })}`, `:\n\n${chunk({ content: 'Hi' })}`],
    ['a name without data', `event: ping\n\n${chunk({ content: 'Hi' })}`, `:\n\n${chunk({ content: 'Hi' })}`],
    ['a last line without its end', chunk({ content: 'Hi' }).trimEnd(), chunk({ content: 'Hi' })],
    [
      'an error in a field of its own',
      'error: {"code":500,"message":"x"}\n\n',
      'error: {"code":500,"message":"x"}\n\n',
    ],
  ])('says the same: %s', (_name, response, received) => {
    expectPassed(
      { path: PATH, request: ASKED, response: response, contentType: 'text/event-stream' },
      received,
    );
  });
});
