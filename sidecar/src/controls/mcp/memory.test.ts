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
    const listed = (...schemas: readonly unknown[]) => ({
      state: 'listed',
      offers: schemas.map((schema) => ({ name: 't', schema })),
    });
    expect(memory.described('a', 't')).toEqual({ state: 'not seen', offers: [] });
    memory.describe('a', [offer('1', { type: 'object' })], 'whole');
    memory.describe('a', [offer('2', { type: 'string' })], 'whole');
    expect(memory.described('a', 't')).toMatchObject(listed({ type: 'string' }));
    expect(shadow.described('a', 't')).toEqual(memory.described('a', 't'));
    expect(memory.described('b', 't').state).toBe('not seen');
    memory.describe('a', [offer('3')], 'whole');
    expect(memory.described('a', 't').offers.map(({ schema }) => schema)).toEqual([undefined]);
    // More than one server may say: the tool has no schema, until others need less.
    memory.describe('a', [offer('4', 'x'.repeat(5_000_000))], 'whole');
    expect(memory.described('a', 't')).toMatchObject({ state: 'too large', offers: [] });
    memory.describe('a', [offer('5', true)], 'whole');
    expect(memory.described('a', 't')).toMatchObject(listed(true));
    // Of two of one name, a client may take either.
    memory.describe('a', [offer('5', true), offer('6', { type: 'object' })], 'whole');
    expect(memory.described('a', 't')).toMatchObject(listed(true, { type: 'object' }));
    const many = Array.from({ length: 5000 }, (_, count) => ({ ...offer('1', true), name: `t${count}` }));
    memory.describe('a', many, 'whole');
    expect(memory.described('a', 't').state).toBe('removed');
    expect(['t4094', 't4095'].map((name) => memory.described('a', name).state)).toEqual([
      'listed',
      'not seen',
    ]);
    // What is removed leaves room for others, and an empty list is one.
    memory.describe('a', [], 'whole');
    expect(memory.described('a', 't4094').state).toBe('removed');
    memory.describe('a', [offer('4', 'x'.repeat(4_000_000))], null);
    expect(memory.described('a', 't').state).toBe('listed');
  });

  it('takes no page for the whole list', () => {
    const memory = new McpMemory();
    const offer = (name: string) =>
      ({ kind: 'tool', name, pointer: '', segments: [], sha256: '1', schema: true }) as const;
    memory.describe('a', [offer('t')], 'page');
    memory.describe('a', [offer('u')], 'whole');
    expect(['t', 'u'].map((name) => memory.described('a', name).state)).toEqual(['listed', 'listed']);
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
