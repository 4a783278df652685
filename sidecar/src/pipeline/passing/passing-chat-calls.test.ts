import { PATH, ASKED, DONE, chunk } from '../testing/chat-stream.ts';
import { expectPassed } from '../testing/passing.ts';

describe('calls in a stream of chat completions', () => {
  it.each<[string, string]>([
    [
      'tool_calls null',
      [
        chunk({ role: 'assistant', content: 'Hi', tool_calls: null, function_call: null, refusal: null }),
        chunk({ tool_calls: [] }, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'function_call legacy',
      [
        chunk({ function_call: { name: 'f', arguments: '' } }),
        chunk({ function_call: { arguments: '{"a":' } }),
        chunk({ function_call: { arguments: '1}' } }),
        chunk({}, 'function_call'),
        DONE,
      ].join(''),
    ],
    [
      'tool call idx missing',
      [
        chunk({ tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'tool idx string',
      [
        chunk({ tool_calls: [{ index: '0', id: 'a', function: { name: 'f', arguments: '{"a' } }] }),
        chunk({ tool_calls: [{ index: '0', function: { arguments: '":1}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'tool idx null',
      [
        chunk({ tool_calls: [{ index: null, id: 'a', function: { name: 'f', arguments: '{"a":1}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'args object',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: { a: 1 } } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'args null then',
      [
        chunk({
          tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: null } }],
        }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '{"a":1}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'args absent',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'name null in later',
      [
        chunk({
          tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }],
        }),
        chunk({
          tool_calls: [{ index: 0, id: null, type: null, function: { name: null, arguments: '{}' } }],
        }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'name empty in later',
      [
        chunk({
          tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '' } }],
        }),
        chunk({
          tool_calls: [{ index: 0, id: '', type: 'function', function: { name: '', arguments: '{}' } }],
        }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'id new in each',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '' } }] }),
        chunk({ tool_calls: [{ index: 0, id: 'b', function: { arguments: '{"a":' } }] }),
        chunk({ tool_calls: [{ index: 0, id: 'c', function: { arguments: '1}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'interleaved',
      [
        chunk({
          tool_calls: [
            { index: 0, id: 'a', function: { name: 'f', arguments: '' } },
            { index: 1, id: 'b', function: { name: 'g', arguments: '' } },
          ],
        }),
        chunk({ tool_calls: [{ index: 1, function: { arguments: '{"x":1}' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '{"y":2}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'tool calls in message+finish stop',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }] }, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'tool call no finish',
      [chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }] }), DONE].join(
        '',
      ),
    ],
    [
      'args trailing space',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: ' \n' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'args double',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"a":1}' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '{"a":1}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'args junk',
      [
        chunk({
          tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"a":1}</tool_call>' } }],
        }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'args python',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: "{'a': True}" } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'args array',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '[1]' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'args NaN',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"a":NaN}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'args split emoji',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"a":"\ud83d' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '\ude00"}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'custom tool',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', type: 'custom', custom: { name: 'f', input: '' } }] }),
        chunk({ tool_calls: [{ index: 0, custom: { input: 'ls -la' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'extra_content gemini signature',
      [
        chunk({
          tool_calls: [
            {
              index: 0,
              id: 'a',
              function: { name: 'f', arguments: '{}' },
              extra_content: { google: { thought_signature: 'AbCd'.repeat(600) } },
            },
          ],
        }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'groq executed_tools',
      [
        chunk({
          executed_tools: [{ index: 0, type: 'search', arguments: '{"query":"x"}', output: 'Title: y' }],
        }),
        chunk({ content: 'a' }),
        chunk({}, 'stop'),
        DONE,
      ].join(''),
    ],
  ])('passes as it came: %s', (_name, response) => {
    expectPassed({ path: PATH, request: ASKED, response });
  });
});
