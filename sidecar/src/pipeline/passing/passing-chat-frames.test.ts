import { PATH, ASKED, DONE, chunk } from '../testing/chat-stream.ts';
import { expectPassed, sse } from '../testing/passing.ts';

describe('a stream of chat completions', () => {
  it.each<[string, string]>([
    ['a delta of null', [chunk({ content: 'Hi' }), chunk(null), chunk(null, 'stop'), DONE].join('')],
    [
      'no delta in the last chunk',
      [chunk({ content: 'Hi' }), sse({ id: 'c', choices: [{ index: 0, finish_reason: 'stop' }] }), DONE].join(
        '',
      ),
    ],
    [
      'choices of null',
      [
        sse({ id: 'c', choices: null, usage: { prompt_tokens: 1, completion_tokens: 1 } }),
        chunk({ content: 'a' }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'no choices',
      [
        sse({ id: 'c', object: 'chat.completion.chunk' }),
        chunk({ content: 'a' }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'choices as one object',
      [sse({ id: 'c', choices: { index: 0, delta: { content: 'a' } } }), chunk({}, 'stop'), DONE].join(''),
    ],
    [
      'a choice of null',
      [sse({ id: 'c', choices: [null] }), chunk({ content: 'a' }), chunk({}, 'stop'), DONE].join(''),
    ],
    [
      'lines that end in CRLF',
      [(chunk({ content: 'Hi' }) + chunk({}, 'stop') + DONE).replace(/\n/g, '\r\n')].join(''),
    ],
    [
      'lines that end in CR',
      [(chunk({ content: 'Hi' }) + chunk({}, 'stop') + DONE).replace(/\n/g, '\r')].join(''),
    ],
    [
      'no space behind data:',
      [(chunk({ content: 'Hi' }) + chunk({}, 'stop') + DONE).replace(/data: /g, 'data:')].join(''),
    ],
    [
      'events named message',
      [
        sse({ choices: [{ index: 0, delta: { content: 'Hi' } }] }, 'message'),
        sse({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }, 'message'),
        DONE,
      ].join(''),
    ],
    [
      'a ping by its type',
      [sse({ type: 'ping' }), chunk({ content: 'Hi' }), chunk({}, 'stop'), DONE].join(''),
    ],
    [
      'an event named ping with data',
      [sse({}, 'ping'), chunk({ content: 'Hi' }), chunk({}, 'stop'), DONE].join(''),
    ],
    [
      'numbers beyond doubles',
      [
        'data: {"id":"c","created":1e400,"x":123456789012345678901234567890,"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n',
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'an index of 1e300',
      [chunk({ content: 'Hi' }, null, { index: 1e300 }), chunk({}, 'stop', { index: 1e300 }), DONE].join(''),
    ],
    [
      'an index as a string',
      [chunk({ content: 'Hi' }, null, { index: '0' }), chunk({}, 'stop', { index: '0' }), DONE].join(''),
    ],
    [
      'a negative index',
      [chunk({ content: 'Hi' }, null, { index: -1 }), chunk({}, 'stop', { index: -1 }), DONE].join(''),
    ],
    [
      'an index of null',
      [chunk({ content: 'Hi' }, null, { index: null }), chunk({}, 'stop', { index: null }), DONE].join(''),
    ],
    [
      'TGI, eos_token as the reason to stop',
      [chunk({ content: 'Hi' }), chunk({}, 'eos_token'), DONE].join(''),
    ],
    ['no [DONE]', [chunk({ content: 'Hi' }), chunk({}, 'stop')].join('')],
    ['no reason to stop and no [DONE]', [chunk({ content: 'Hi' })].join('')],
    ['[DONE] alone', [DONE].join('')],
    [
      'an error at the end',
      [
        chunk({ content: 'Hi' }),
        sse({ error: { message: 'overloaded', type: 'server_error', code: 500 } }),
      ].join(''),
    ],
    [
      'an error, then [DONE]',
      [
        chunk({ content: 'Hi' }),
        sse({ error: { message: 'overloaded', type: 'server_error', code: 500 } }),
        DONE,
      ].join(''),
    ],
    ['an event named error', [chunk({ content: 'Hi' }), sse({ message: 'boom' }, 'error')].join('')],
    ['an error as a string', [chunk({ content: 'Hi' }), sse({ error: 'boom' })].join('')],
    [
      'OpenRouter, an error beside its choice',
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
      'vLLM, an error without an envelope',
      [
        chunk({ content: 'Hi' }),
        sse({ object: 'error', message: 'bad', type: 'BadRequestError', param: null, code: 400 }),
        DONE,
      ].join(''),
    ],
    ['an empty line behind [DONE]', [chunk({ content: 'Hi' }), chunk({}, 'stop'), DONE + '\n'].join('')],
    ['two reasons to stop', [chunk({ content: 'Hi' }), chunk({}, 'stop'), chunk({}, 'stop'), DONE].join('')],
    [
      'text behind the reason to stop',
      [chunk({ content: 'Hi' }), chunk({}, 'stop'), chunk({ content: ' there' }), DONE].join(''),
    ],
    ['an object done in place of [DONE]', [chunk({ content: 'a' }), 'data: {"done":true}\n\n'].join('')],
    [
      '[DONE] without a space',
      ['data: {"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\ndata:[DONE]\n\n'].join(''),
    ],
    [
      'fields id and retry',
      ['id: 1\nretry: 3000\n' + chunk({ content: 'Hi' }), chunk({}, 'stop'), DONE].join(''),
    ],
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
