import type { CompiledBudget } from '../../policy/compile/compiled.ts';
import { SpendLog } from './spend.ts';

const BUDGET: CompiledBudget = {
  of: 'conversation',
  counts: 'tokens',
  limit: 10,
  windowMs: 3_600_000,
  window: '1h',
  unreported: 'estimate',
};

describe('the log of tokens', () => {
  it('has budgets apart', () => {
    const log = new SpendLog();
    log.add('a', BUDGET, 5, 0);
    for (const [scope, change] of [
      ['b', {}],
      ['a', { of: 'caller' }],
      ['a', { counts: 'inputTokens' }],
      ['a', { windowMs: 1000 }],
      ['a', { unreported: 'exhaust' }],
    ] as const)
      expect(log.used(scope, { ...BUDGET, ...change }, 0)).toBe(0);
    expect(log.used('a', { ...BUDGET, limit: 1 }, 0)).toBe(5);
  });

  it('lets those beyond its bound share one budget, so that nothing is free', () => {
    const log = new SpendLog();
    for (let index = 0; index < 8_192; index++) log.add(`${index}`, BUDGET, 1, 0);
    log.add('late', BUDGET, 7, 0);
    expect(log.used('0', BUDGET, 0)).toBe(1);
    expect(log.used('later', BUDGET, 0)).toBe(7);
    expect(log.waitMs('later', { ...BUDGET, limit: 7 }, 0)).toBeGreaterThan(0);
  });
});
