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
