import type { Caller } from '../../exchange/index.ts';
import { KeptTools } from './kept-tools.ts';

function caller(address: string): Caller {
  return { address, identity: null };
}
const [ADA, BOB, EVE] = [caller('10.0.0.1'), caller('10.0.0.2'), caller('10.0.0.3')];

function bodyOf(name: string, chars = 4_000): Buffer {
  return Buffer.from(JSON.stringify({ model: 'm', tools: [{ name, description: 'x'.repeat(chars) }] }));
}

/** Whether the tools are those of an earlier request of this caller. They are kept then. */
function asked(tools: KeptTools, body: Buffer, by: Caller): boolean {
  const parsed = tools.parse(body, by);
  tools.keep(parsed, by);
  const again = tools.parse(body, by);
  return again.value['tools'] === parsed.value['tools'];
}

/** Whether they were known before. */
function knew(tools: KeptTools, body: Buffer, by: Caller): boolean {
  const [one, other] = [tools.parse(body, by), tools.parse(body, by)];
  return one.value['tools'] === other.value['tools'];
}

test('tools are known again for their caller alone', () => {
  const tools = new KeptTools();
  expect(asked(tools, bodyOf('find'), ADA)).toBe(true);
  expect([knew(tools, bodyOf('find'), ADA), knew(tools, bodyOf('find'), BOB)]).toEqual([true, false]);
  expect(knew(tools, bodyOf('fund'), ADA)).toBe(false);
});

test.each([
  ['are short', bodyOf('find', 10)],
  ['would fill half of the memory', bodyOf('find', 600_000)],
  ['are none', Buffer.from(`{"tools":"${'x'.repeat(4_000)}"}`)],
])('tools that %s are not kept', (_, body) => {
  const tools = new KeptTools();
  tools.keep(tools.parse(body, ADA), ADA);
  const value = tools.parse(body, ADA).value['tools'];
  expect(typeof value === 'string' || !knew(tools, body, ADA)).toBe(true);
});

test('a form has no tools to keep', () => {
  const tools = new KeptTools();
  tools.keep({ value: { tools: ['x'.repeat(4_000)] }, text: null }, ADA);
  expect(knew(tools, bodyOf('find'), ADA)).toBe(false);
});

test('of one caller, the four that came last are known', () => {
  const tools = new KeptTools();
  for (const name of ['a', 'b', 'c', 'a', 'd', 'e']) asked(tools, bodyOf(name), ADA);
  expect(['a', 'b', 'c', 'd', 'e'].map((name) => knew(tools, bodyOf(name), ADA))).toEqual([
    true,
    false,
    true,
    true,
    true,
  ]);
});

test('the callers whose requests are longest ago go first, and give their room back', () => {
  const tools = new KeptTools(10_000);
  for (const by of [ADA, BOB, ADA, EVE]) asked(tools, bodyOf('find'), by);
  expect([ADA, BOB, EVE].map((by) => knew(tools, bodyOf('find'), by))).toEqual([true, false, true]);
  for (let count = 0; count < 50; count += 1) expect(asked(tools, bodyOf(`t${count}`), ADA)).toBe(true);
});
