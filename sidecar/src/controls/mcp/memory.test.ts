import { McpMemory } from './memory.ts';

describe('McpMemory', () => {
  it('keeps the first definition of each tool of each server', () => {
    const memory = new McpMemory();
    expect([
      memory.unchanged('a', 't', '1'),
      memory.unchanged('a', 't', '2'),
      memory.unchanged('a', 't', '1'),
    ]).toEqual([true, false, true]);
    expect([memory.unchanged('b', 't', '2'), memory.unchanged('a', 'u', '2')]).toEqual([true, true]);
  });

  it('forgets why a tool was left out once it passes again', () => {
    const memory = new McpMemory();
    memory.listed('a', 't', 'tool_changed');
    expect([memory.withheld('a', 't'), memory.withheld('b', 't'), memory.withheld('a', 'u')]).toEqual([
      'tool_changed',
      null,
      null,
    ]);
    memory.listed('a', 't', null);
    expect(memory.withheld('a', 't')).toBeNull();
  });

  it('knows only sessions whose id the server gave', () => {
    const memory = new McpMemory();
    memory.give('a one');
    expect([memory.given('a one'), memory.given('a invented'), memory.given('b one')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('knows the revisions that a server named last', () => {
    const memory = new McpMemory();
    expect(memory.revisions('a')).toEqual([]);
    memory.speaks('a', ['2025-11-25']);
    memory.speaks(
      'a',
      Array.from({ length: 99 }, () => '2026-07-28'.repeat(9)),
    );
    expect(memory.revisions('a')).toEqual(Array.from({ length: 16 }, () => '2026-07-282026-0'));
    expect(memory.revisions('b')).toEqual([]);
  });

  it('knows each tool as it was listed last', () => {
    const memory = new McpMemory();
    const shadow = new McpMemory(memory);
    const offer = (sha256: string, schema?: unknown) =>
      ({
        kind: 'tool',
        name: 't',
        pointer: '',
        segments: [],
        sha256,
        ...(schema === undefined ? {} : { schema }),
      }) as const;
    expect(memory.described('a', 't')).toEqual([]);
    memory.describe('a', offer('1', { type: 'object' }));
    memory.describe('a', offer('2', { type: 'string' }));
    expect(memory.described('a', 't')).toMatchObject([{ schema: { type: 'string' } }]);
    expect(shadow.described('a', 't')).toEqual(memory.described('a', 't'));
    expect(memory.described('b', 't')).toEqual([]);
    memory.describe('a', offer('3'));
    expect(memory.described('a', 't').map(({ schema }) => schema)).toEqual([undefined]);
    // More than one server may say: the tool counts as listed without a schema, until others need less.
    memory.describe('a', offer('4', 'x'.repeat(5_000_000)));
    expect(memory.described('a', 't').map(({ schema }) => schema)).toEqual([undefined]);
    memory.describe('a', offer('5', true));
    expect(memory.described('a', 't')).toMatchObject([{ schema: true }]);
    for (let count = 0; count < 5000; count++)
      memory.describe('a', { ...offer('1', true), name: `t${count}` });
    expect([memory.described('a', 't4094').length, memory.described('a', 't4095').length]).toEqual([1, 0]);
  });

  it('is bounded, and refuses further tools of that server only', () => {
    const memory = new McpMemory();
    for (let count = 0; count < 4096; count++) {
      memory.unchanged('a', `t${count}`, '1');
      memory.listed('a', `t${count}`, 'tool_changed');
    }
    expect(memory.unchanged('a', 'new', '1')).toBe(false);
    expect(memory.unchanged('a', 't0', '1')).toBe(true);
    expect(memory.withheld('a', 'new')).toBe('tool_changed');
    expect([memory.unchanged('b', 'new', '1'), memory.withheld('b', 'new')]).toEqual([true, null]);
    for (let count = 0; count < 16_384; count++) memory.taint(`s${count}`, 'server');
    expect(memory.tainted('another', 'server')).toBe(true);
  });
});
