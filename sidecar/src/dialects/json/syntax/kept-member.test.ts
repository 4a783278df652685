import fc from 'fast-check';

import { KeptMember, parseJsonWith } from './kept-member.ts';
import { parseJson } from './parse.ts';

/** What comes of it: the body, or the fault with its place. */
function outcome(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    return String(error);
  }
}

function kept(text: string): KeptMember {
  const member = KeptMember.of(parseJson(Buffer.from(text)), 'tools');
  if (member === null) throw new Error(`nothing is kept of ${text}`);
  return member;
}

const TOOLS = '[{"name":"a\\"b","tools":[1,"tools"]},{"name":"ü","x":{"tools":[]}}]';
const MEMBER = kept(`{"tools":${TOOLS}}`);

test.each([
  ['the same bytes', `{"model":"m","tools":${TOOLS},"n":1}`],
  ['space about them', `\n{ "tools" \t:\r\n ${TOOLS} }\n`],
  ['the name in a text before', `{"a":"\\"tools\\":${TOOLS.replaceAll(/["\\]/g, '\\$&')}","tools":${TOOLS}}`],
  ['tools of a member before', `{"a":{"tools":[2]},"tools":${TOOLS}}`],
])('%s: not read again', (_, text) => {
  const parsed = parseJsonWith(Buffer.from(text), [MEMBER]);
  expect(parsed).toEqual(parseJson(Buffer.from(text)));
  expect(parsed.value['tools']).toBe(MEMBER.value);
});

test.each([
  ['in a member only', `{"a":{"tools":${TOOLS}}}`],
  ['in a member, and other tools', `{"a":{"tools":${TOOLS}},"tools":[]}`],
  ['in an array', `{"a":[{"tools":${TOOLS}}]}`],
  ['under an escaped name', `{"x\\"tools":${TOOLS}}`],
  ['another byte', `{"tools":${TOOLS.replace('a', 'A')}}`],
  ['twice', `{"tools":${TOOLS},"tools":${TOOLS}}`],
  ['and another time, escaped', `{"tools":${TOOLS},"t\\u006fols":1}`],
  ['not closed', `{"tools":${TOOLS}`],
  ['a value behind', `{"tools":${TOOLS}1}`],
  ['a string behind', `{"tools":${TOOLS}""}`],
  ['a colon behind', `{"tools":${TOOLS}:1}`],
  ['a lone surrogate in the rest', `{"tools":${TOOLS},"a":"\\ud800"}`],
  ['too deep a rest', `{"tools":${TOOLS},"a":${'['.repeat(65)}${']'.repeat(65)}}`],
  ['no object', `[${TOOLS}]`],
  [
    'no UTF-8',
    Buffer.concat([Buffer.from(`{"tools":${TOOLS},"a":"`), Buffer.from([0xff]), Buffer.from('"}')]),
  ],
  [
    'a name of many',
    `{${'"a":{"tools":0},'.repeat(9).replaceAll(/"a"/g, () => `"${String(Math.random())}"`)}"tools":${TOOLS}}`,
  ],
])('%s: as without what is kept', (_, body) => {
  const bytes = Buffer.from(body);
  expect(outcome(() => parseJsonWith(bytes, [MEMBER]))).toEqual(outcome(() => parseJson(bytes)));
});

test('any text has the same outcome with and without what is kept', () => {
  const piece = fc.constantFrom(
    ...[
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      ' ',
      '0',
      '"a"',
      '"tools"',
      '"tools":',
      TOOLS,
      `"tools":${TOOLS}`,
    ],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const bytes = Buffer.from(`{${pieces.join('')}}`);
      expect(outcome(() => parseJsonWith(bytes, [MEMBER]))).toEqual(outcome(() => parseJson(bytes)));
    }),
    { numRuns: 3000 },
  );
});

test('of any body, its own tools are kept', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()), (tools, more) => {
      const text = JSON.stringify({ ...more, tools });
      fc.pre(!/\\ud[89a-f]/i.test(text) && !text.slice(0, text.lastIndexOf('"tools"')).includes('"tools"'));
      const [parsed, again] = [kept(text), JSON.stringify({ tools, ...more, other: 1 })];
      expect(parsed.value).toEqual(JSON.parse(JSON.stringify(tools)));
      expect(parseJsonWith(Buffer.from(again), [parsed])).toEqual(parseJson(Buffer.from(again)));
    }),
  );
});
