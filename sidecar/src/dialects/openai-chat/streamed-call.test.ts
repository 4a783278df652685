import type { JsonObject, JsonValue } from '../json/index.ts';
import { MATCH, chunk, frame } from '../testing/openai-chat.ts';
import { openaiChat } from './index.ts';

/** What the calls of a stream come to: names, arguments, and what else is known of each. */
function callsOf(...bodies: readonly JsonObject[]): readonly string[] {
  const own = openaiChat.stream(
    openaiChat.prompt(
      { messages: [], tools: ['f', 'g', 'get_weather'].map((name) => ({ function: { name } })) },
      MATCH,
    ),
    MATCH,
  );
  const found = new Map<string, { names: string[]; text: string; marks: Set<string> }>();
  for (const { key, name, arguments: text, alsoNamed = [], uncertain, freeText } of bodies.flatMap(
    (body) => own.read(frame(body)).calls,
  )) {
    const seen = found.get(key) ?? { names: [], text: '', marks: new Set<string>() };
    found.set(key, seen);
    if (name !== null) seen.names.push(name);
    seen.names.push(...alsoNamed);
    seen.text += text;
    if (uncertain === true) seen.marks.add('?');
    if (freeText === true) seen.marks.add('free');
  }
  return [...found.values()].map(({ names, text, marks }) =>
    [names.join('|'), text, ...marks].join(' ').trim(),
  );
}

describe('the calls of a stream', () => {
  const part = (name: string | null, text: string | null, more: JsonObject = {}): JsonObject => ({
    ...more,
    function: { ...(name === null ? {} : { name }), ...(text === null ? {} : { arguments: text }) },
  });
  const calls = (...tool_calls: readonly JsonValue[]): JsonObject => chunk({ tool_calls });

  it.each<[string, readonly JsonObject[], readonly string[]]>([
    [
      'an index that is always 0, with ids',
      [
        calls(part('f', '{"a":', { index: 0, id: 'a' })),
        calls(part(null, '1}', { index: 0 })),
        calls(part('g', '{}', { index: 0, id: 'b' })),
      ],
      ['f {"a":1}', 'g {}'],
    ],
    [
      'an index that is always 0, without ids',
      [calls(part('f', '{"a":1}', { index: 0 })), calls(part('f', '{"a":2}', { index: 0 }))],
      ['f {"a":1}', 'f {"a":2}'],
    ],
    [
      'no index',
      [calls(part('f', '{"a"', { id: 'a' })), calls(part(null, ':1}')), calls(part('g', '{}', { id: 'b' }))],
      ['f {"a":1}', 'g {}'],
    ],
    [
      'no index, all at once',
      [calls(part('f', '{}', { id: 'a' }), part('g', '{}', { id: 'b' }))],
      ['f {}', 'g {}'],
    ],
    [
      'no index, and pieces that could belong to either',
      [calls(part('f', '{'), part('g', '{')), calls(part(null, '}'))],
      ['f {} ?', 'g { ?'],
    ],
    [
      'an index in digits',
      [calls(part('f', '{"a"', { index: '1' })), calls(part(null, ':1}', { index: 1 }))],
      ['f {"a":1}'],
    ],
    [
      'an index that counts on with the pieces',
      [
        calls(part('f', '{"a":', { index: 0 })),
        calls(part(null, '1', { index: 1 })),
        calls(part(null, '}', { index: 2 })),
      ],
      ['f {"a":1} ?'],
    ],
    [
      'an index that counts on, with the id in each piece',
      [calls(part('f', '{"a":', { index: 0, id: 'a' })), calls(part('f', '1}', { index: 1, id: 'a' }))],
      ['f|f {"a":1} ?'],
    ],
    [
      'calls in turns',
      [
        calls(part('f', '{"a"', { index: 0 }), part('g', '{"b"', { index: 1 })),
        calls(part(null, ':1}', { index: 0 }), part(null, ':2}', { index: 1 })),
      ],
      ['f {"a":1}', 'g {"b":2}'],
    ],
    [
      'a name in each piece, with the id',
      [
        calls(part('f', '', { index: 0, id: 'a' })),
        calls(part('f', '{}', { index: 0, id: 'a' })),
        calls(part('f', '', { index: 0, id: 'a' })),
      ],
      ['f|f|f {}'],
    ],
    [
      'a name in each piece, without ids',
      [calls(part('f', '{"a"', { index: 0 })), calls(part('f', ':1}', { index: 0 }))],
      ['f|f {"a":1}'],
    ],
    [
      'a name that comes late',
      [calls(part('', '{"a"', { index: 0, id: 'a' })), calls(part('f', ':1}', { index: 0 }))],
      ['f {"a":1}'],
    ],
    [
      'a name in pieces',
      [
        calls(part('get_', '', { index: 0, id: 'a' })),
        calls(part('weather', '', { index: 0 })),
        calls(part(null, '{}', { index: 0 })),
      ],
      ['get_|weather {}'],
    ],
    [
      'a name that grows',
      [calls(part('get_', '', { index: 0 })), calls(part('get_weather', '{}', { index: 0 }))],
      ['get_|get_weather {}'],
    ],
    [
      'a new id before the arguments are complete',
      [calls(part('f', '{"a":', { index: 0, id: 'a' })), calls(part('g', '1}', { index: 0, id: 'b' }))],
      ['f {"a": ?', 'g 1} ?'],
    ],
    [
      'an id that is empty',
      [calls(part('f', '{"a"', { index: 0, id: '' })), calls(part('', ':1}', { index: 0, id: '' }))],
      ['f {"a":1}'],
    ],
    ['one call without an array', [chunk({ tool_calls: part('f', '{}', { index: 0 }) })], ['f {}']],
    [
      'a name beside the index, without a function',
      [chunk({ tool_calls: [{ index: 0, name: 'f', arguments: '{}' }] })],
      ['f {}'],
    ],
    [
      'arguments in an object',
      [chunk({ tool_calls: [{ index: 0, function: { name: 'f', arguments: { a: 1 } } }] })],
      ['f {"a":1}'],
    ],
    [
      'nothing where something could be',
      [
        chunk({ tool_calls: null, function_call: null }),
        calls({ index: 0, function: null }),
        calls({ index: 0 }),
        chunk({ tool_calls: [] }),
      ],
      [],
    ],
    [
      'two names in one piece',
      [
        calls({
          index: 0,
          type: 'custom',
          function: { name: 'f', arguments: '{}' },
          custom: { name: 'g', input: 'x' },
        }),
      ],
      ['f|g {}'],
    ],
    [
      'a function_call in place of tool_calls',
      [
        chunk({ function_call: { name: 'f', arguments: '{"a"' } }),
        chunk({ function_call: { arguments: ':1}' } }),
      ],
      ['f {"a":1}'],
    ],
    [
      'a message in place of a delta',
      [{ choices: [{ index: 0, message: { tool_calls: [part('f', '{}', { index: 0 })] } }] }],
      ['f {}'],
    ],
    ['no name at all', [calls(part(null, '{}', { index: 0 }))], ['{}']],
  ])('have %s', (_name, bodies, expected) => {
    expect(callsOf(...bodies).map((said) => said.trim())).toEqual(expected);
  });
});
