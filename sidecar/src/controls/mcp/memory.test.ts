import { McpMemory } from './memory.ts';

const DAY_MS = 24 * 3_600_000;

/** In answer to a request for the first page. */
const WHOLE = { after: null, next: null };

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
    memory.describe('a', [offer('1', { type: 'object' })], WHOLE);
    memory.describe('a', [offer('2', { type: 'string' })], WHOLE);
    expect(memory.described('a', 't')).toMatchObject(listed({ type: 'string' }));
    expect(shadow.described('a', 't')).toEqual(memory.described('a', 't'));
    expect(memory.described('b', 't').state).toBe('not seen');
    memory.describe('a', [offer('3')], WHOLE);
    expect(memory.described('a', 't').offers.map(({ schema }) => schema)).toEqual([undefined]);
    // More than one server may say: the tool has no schema, until others need less.
    memory.describe('a', [offer('4', 'x'.repeat(5_000_000))], WHOLE);
    expect(memory.described('a', 't')).toMatchObject({ state: 'too large', offers: [] });
    memory.describe('a', [offer('5', true)], WHOLE);
    expect(memory.described('a', 't')).toMatchObject(listed(true));
    // Of two of one name, a client may take either.
    memory.describe('a', [offer('5', true), offer('6', { type: 'object' })], WHOLE);
    expect(memory.described('a', 't')).toMatchObject(listed(true, { type: 'object' }));
    const many = Array.from({ length: 5000 }, (_, count) => ({ ...offer('1', true), name: `t${count}` }));
    memory.describe('a', many, WHOLE);
    expect(memory.described('a', 't').state).toBe('removed');
    expect(['t4094', 't4095'].map((name) => memory.described('a', name).state)).toEqual([
      'listed',
      'not seen',
    ]);
    // What is removed leaves room for others, and an empty list is one.
    memory.describe('a', [], WHOLE);
    expect(memory.described('a', 't4094').state).toBe('removed');
    memory.describe('a', [offer('4', 'x'.repeat(4_000_000))], null);
    expect(memory.described('a', 't').state).toBe('listed');
  });

  describe('with lists in pages', () => {
    const offer = (name: string, schema: unknown = true) =>
      ({ kind: 'tool', name, pointer: '', segments: [], sha256: JSON.stringify(schema), schema }) as const;
    const states = (memory: McpMemory, names: string) =>
      names.split('').map((name) => memory.described('a', name).state);
    /** A list of two pages: `t` and `u`, then `v`. */
    const listed = (): McpMemory => {
      const memory = new McpMemory();
      memory.describe('a', [offer('t'), offer('u')], { after: null, next: 'two' });
      memory.describe('a', [offer('v')], { after: 'two', next: null });
      return memory;
    };

    it('removes what a later list no longer has, once its last page is there', () => {
      const memory = listed();
      memory.describe('a', [offer('t')], { after: null, next: '2' });
      expect(states(memory, 'tuv')).toEqual(['listed', 'listed', 'listed']);
      memory.describe('a', [offer('v')], { after: '2', next: null });
      expect(states(memory, 'tuv')).toEqual(['listed', 'removed', 'listed']);
      memory.describe('a', [offer('t')], { after: null, next: null });
      expect(states(memory, 'tuv')).toEqual(['listed', 'removed', 'removed']);
    });

    it.each<[string, string | undefined]>([
      ['whose first is not known', 'other'],
      ['whose request is not known', undefined],
    ])('removes nothing for a page %s', (_name, after) => {
      const memory = listed();
      memory.describe('a', [offer('v')], { after, next: null });
      expect(states(memory, 'tuv')).toEqual(['listed', 'listed', 'listed']);
    });

    it('keeps lists apart that clients read at the same time, and forgets the oldest', () => {
      const memory = listed();
      memory.describe('a', [offer('t')], { after: null, next: 'x' });
      for (let count = 0; count < 7; count++)
        memory.describe('a', [offer('t'), offer('u')], { after: null, next: `y${count}` });
      memory.describe('a', [offer('v')], { after: 'y3', next: null });
      expect(states(memory, 'tuv')).toEqual(['listed', 'listed', 'listed']);
      memory.describe('a', [offer('t'), offer('u')], { after: null, next: 'z' });
      memory.describe('a', [offer('v')], { after: 'x', next: null });
      expect(states(memory, 'tuv')).toEqual(['listed', 'listed', 'listed']);
    });

    it('holds a tool that two pages have to both schemas, and to one once a list has it once', () => {
      const memory = listed();
      memory.describe('a', [offer('t')], { after: null, next: '2' });
      memory.describe('a', [offer('t', { type: 'object' })], { after: '2', next: null });
      expect(memory.described('a', 't').offers.map(({ schema }) => schema)).toEqual([
        true,
        { type: 'object' },
      ]);
      memory.describe('a', [offer('t', { type: 'object' })], { after: null, next: null });
      expect(memory.described('a', 't').offers).toHaveLength(1);
    });

    it('does not follow a list that is too large', () => {
      const memory = listed();
      memory.describe('a', [offer('t', 'x'.repeat(600_000))], { after: null, next: '2' });
      memory.describe('a', [offer('v')], { after: '2', next: null });
      expect(states(memory, 'tuv')).toEqual(['listed', 'listed', 'listed']);
    });
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
  });

  it('knows sessions for a day after their last use, and one of an older policy is never used by a shadow', () => {
    let nowMs = 0;
    const memory = new McpMemory(null, () => nowMs);
    const shadow = new McpMemory(memory, () => nowMs);
    const known = (of: McpMemory, session: string) => [of.given(session), of.tainted(session, 'a')];
    for (const session of ['a one', 'a two']) {
      memory.give(session);
      memory.taint(session, 'a');
    }
    nowMs = DAY_MS - 1;
    expect(known(shadow, 'a two')).toEqual([true, true]);
    expect([known(memory, 'a one'), memory.tainted('a', 'a')]).toEqual([[true, true], true]);
    nowMs += DAY_MS - 1;
    expect([known(memory, 'a one'), known(memory, 'a two')]).toEqual([
      [true, true],
      [false, false],
    ]);
    nowMs += DAY_MS;
    expect([known(memory, 'a one'), known(shadow, 'a one'), memory.tainted('a', 'a')]).toEqual([
      [false, false],
      [false, false],
      false,
    ]);
  });

  it('knows for a day that content arrived of which not all was kept', () => {
    const memory = new McpMemory();
    const shadow = new McpMemory(memory);
    expect(shadow.hasUnkept(0)).toBe(false);
    memory.unkept(0);
    expect([memory, shadow].map((each) => each.hasUnkept(DAY_MS - 1))).toEqual([true, true]);
    expect([memory, shadow].map((each) => each.hasUnkept(DAY_MS))).toEqual([false, false]);
  });
});
