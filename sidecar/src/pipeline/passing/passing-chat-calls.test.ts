import { PATH, ASKED, DONE, chunk } from '../testing/chat-stream.ts';
import { expectPassed } from '../testing/passing.ts';

describe('calls in a stream of chat completions', () => {
  it.each<[string, string]>([
    [
      'tool_calls, function_call and refusal of null',
      [
        chunk({ role: 'assistant', content: 'Hi', tool_calls: null, function_call: null, refusal: null }),
        chunk({ tool_calls: [] }, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'a function_call in pieces',
      [
        chunk({ function_call: { name: 'f', arguments: '' } }),
        chunk({ function_call: { arguments: '{"a":' } }),
        chunk({ function_call: { arguments: '1}' } }),
        chunk({}, 'function_call'),
        DONE,
      ].join(''),
    ],
    [
      'no index',
      [
        chunk({ tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'an index as a string',
      [
        chunk({ tool_calls: [{ index: '0', id: 'a', function: { name: 'f', arguments: '{"a' } }] }),
        chunk({ tool_calls: [{ index: '0', function: { arguments: '":1}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'an index of null',
      [
        chunk({ tool_calls: [{ index: null, id: 'a', function: { name: 'f', arguments: '{"a":1}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'arguments as an object',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: { a: 1 } } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'arguments of null, then pieces',
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
      'no arguments',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'a name and an id of null in later pieces',
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
      'an empty name and id in later pieces',
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
      'another id in each piece',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '' } }] }),
        chunk({ tool_calls: [{ index: 0, id: 'b', function: { arguments: '{"a":' } }] }),
        chunk({ tool_calls: [{ index: 0, id: 'c', function: { arguments: '1}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'calls in turns',
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
      'stop as the reason to stop, in the chunk of the call',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }] }, 'stop'),
        DONE,
      ].join(''),
    ],
    [
      'no reason to stop',
      [chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }] }), DONE].join(
        '',
      ),
    ],
    [
      'blanks behind the arguments',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: ' \n' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'arguments twice',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"a":1}' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '{"a":1}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'a tag behind the arguments',
      [
        chunk({
          tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"a":1}</tool_call>' } }],
        }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'arguments in the words of Python',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: "{'a': True}" } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'arguments as a list',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '[1]' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'arguments with NaN',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"a":NaN}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'a character in two pieces',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', function: { name: 'f', arguments: '{"a":"\ud83d' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '\ude00"}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'a custom tool',
      [
        chunk({ tool_calls: [{ index: 0, id: 'a', type: 'custom', custom: { name: 'f', input: '' } }] }),
        chunk({ tool_calls: [{ index: 0, custom: { input: 'ls -la' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ].join(''),
    ],
    [
      'Gemini, a signature in extra_content',
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
      'Groq, tools that it ran',
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
