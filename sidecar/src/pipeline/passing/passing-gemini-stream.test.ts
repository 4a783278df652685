import { ARRAY, ASKED, END, SSE, chunk, said } from '../testing/gemini-chunk.ts';
import { expectPassed, sse } from '../testing/passing.ts';

describe('a stream of Gemini', () => {
  it.each<[string, readonly object[]]>([
    [
      'a string argument in pieces',
      [
        chunk([{ functionCall: { name: 'f', willContinue: true } }]),
        chunk([
          {
            functionCall: {
              partialArgs: [{ jsonPath: '$.a', stringValue: 'x', willContinue: true }],
              willContinue: true,
            },
          },
        ]),
        chunk([
          { functionCall: { partialArgs: [{ jsonPath: '$.a', stringValue: 'y' }], willContinue: true } },
        ]),
        chunk([{ functionCall: {} }]),
        END,
      ],
    ],
    [
      'an argument of null',
      [
        chunk([{ functionCall: { name: 'f', partialArgs: [{ jsonPath: '$.a', nullValue: 'NULL_VALUE' }] } }]),
        END,
      ],
    ],
    [
      'a boolean argument',
      [
        chunk([{ functionCall: { name: 'f', willContinue: true } }]),
        chunk([
          { functionCall: { partialArgs: [{ jsonPath: '$.a', boolValue: true }], willContinue: true } },
        ]),
        chunk([{ functionCall: {} }]),
        END,
      ],
    ],
    [
      'a call in pieces in snake case',
      [
        chunk([{ function_call: { name: 'f', will_continue: true } }]),
        chunk([
          { function_call: { partial_args: [{ json_path: '$.a', string_value: 'x' }], will_continue: true } },
        ]),
        chunk([{ function_call: {} }]),
        END,
      ],
    ],
    [
      'a call in pieces that a limit cut short',
      [
        chunk([{ functionCall: { name: 'f', willContinue: true } }]),
        chunk([
          {
            functionCall: {
              partialArgs: [{ jsonPath: '$.a', stringValue: 'x', willContinue: true }],
              willContinue: true,
            },
          },
        ]),
        chunk(said(''), { finishReason: 'MAX_TOKENS' }),
      ],
    ],
    ['a call in pieces, and no more', [chunk([{ functionCall: { name: 'f', willContinue: true } }])]],
    [
      'a call in pieces around an empty text',
      [
        chunk([{ functionCall: { name: 'f', willContinue: true } }]),
        chunk([{ text: '' }]),
        chunk([{ functionCall: {} }]),
        END,
      ],
    ],
    [
      'two calls in pieces',
      [
        chunk([
          {
            functionCall: {
              name: 'f',
              partialArgs: [{ jsonPath: '$.a', stringValue: 'x' }],
              willContinue: true,
            },
          },
        ]),
        chunk([{ functionCall: {} }]),
        chunk([{ functionCall: { name: 'g', willContinue: true } }]),
        chunk([{ functionCall: {} }]),
        END,
      ],
    ],
    [
      'all pieces of a call in one chunk',
      [
        chunk([
          { functionCall: { name: 'f', willContinue: true } },
          { functionCall: { partialArgs: [{ jsonPath: '$.a', stringValue: 'x' }], willContinue: true } },
          { functionCall: {} },
        ]),
        END,
      ],
    ],
    [
      'a call whose last piece does not say that it ends',
      [
        chunk([{ functionCall: { name: 'f', willContinue: true } }]),
        chunk([{ functionCall: { partialArgs: [{ jsonPath: '$.a', stringValue: 'x' }] } }]),
        END,
      ],
    ],
    [
      'arguments by nested paths',
      [
        chunk([
          {
            functionCall: {
              name: 'f',
              partialArgs: [
                { jsonPath: '$.a[0].b', stringValue: 'x' },
                { jsonPath: '$.a[1]', numberValue: 1 },
                { jsonPath: "$['k k']", boolValue: false },
              ],
            },
          },
        ]),
        END,
      ],
    ],
    ['an error in the middle', [chunk(said('Hi')), { error: { code: 500, message: 'boom' } }]],
  ])('passes as it came: %s', (_name, chunks) => {
    expectPassed({ path: SSE, request: ASKED, response: chunks.map((each) => sse(each)).join('') });
  });

  it('may be an error in place of its array', () => {
    const response = '{"error":{"code":500,"message":"x"}}';
    expectPassed({ path: ARRAY, request: ASKED, response, contentType: 'application/json' });
  });

  it.each([
    ['an empty array', '[]'],
    ['an empty array with blanks', '[\n]\n'],
    ['an unclosed array', `[${JSON.stringify(chunk(said('a')))},\n${JSON.stringify(END)}`],
    ['an array that ends behind a comma', `[${JSON.stringify(END)},\n`],
    ['a comma before the bracket', `[${JSON.stringify(END)},]`],
    ['objects without an array', `${JSON.stringify(chunk(said('a')))}\n${JSON.stringify(END)}`],
    ['an error in the array', `[${JSON.stringify(chunk(said('a')))},{"error":{"code":503,"message":"x"}}]`],
    ['nothing but an error in the array', '[{"error":{"code":503,"message":"x"}}]'],
  ])('may be %s', (_name, response) => {
    expectPassed({ path: ARRAY, request: ASKED, response, contentType: 'application/json' });
  });

  it('may be events where an array was asked for', () => {
    expectPassed({ path: ARRAY, request: ASKED, response: sse(END), contentType: 'text/event-stream' });
  });

  it('may cut a character in two', () => {
    const response = sse(chunk(said('a\ud83d'))) + sse(chunk(said('\ude00'))) + sse(END);
    expectPassed({ path: SSE, request: ASKED, response });
  });
});
