import { describe, expect, it } from '@jest/globals';

import { PRIVATE, PrintMemory, TAINTED, WRITTEN } from './print-memory.ts';

const HOUR_MS = 3_600_000;
const TAINT = { set: TAINTED, clear: 0 };
const CLEAN = { set: 0, clear: TAINTED | PRIVATE };

describe('PrintMemory', () => {
  it('keeps the half that was kept last beyond its bound', () => {
    const memory = new PrintMemory(1_000);
    for (let low = 1; low <= 1_500; low++) memory.keep({ high: 7, low }, TAINT, 0);
    expect(memory.find({ high: 7, low: 1 }, 0)).toBe(TAINTED);
    for (let low = 1_501; low <= 2_500; low++) memory.keep({ high: 7, low }, TAINT, 0);
    expect(memory.find({ high: 7, low: 1 }, 0)).toBe(0);
    expect(memory.find({ high: 7, low: 2_500 }, 0)).toBe(TAINTED);
  });

  it('forgets after a day, and what is bounded more narrowly before', () => {
    const memory = new PrintMemory();
    memory.keep({ high: 1, low: 0 }, TAINT, HOUR_MS);
    expect(memory.find({ high: 1, low: 0 }, HOUR_MS + 6 * 60_000, 5)).toBe(0);
    expect(memory.find({ high: 1, low: 0 }, 24 * HOUR_MS)).toBe(TAINTED);
    expect(memory.find({ high: 1, low: 0 }, 26 * HOUR_MS)).toBe(0);
  });

  it('tells prints with the same slot apart', () => {
    const memory = new PrintMemory();
    for (let high = 0; high < 100; high++)
      memory.keep({ high, low: 4_095 }, high % 2 === 0 ? CLEAN : TAINT, 0);
    for (let high = 0; high < 100; high++)
      expect(memory.find({ high, low: 4_095 }, 0)).toBe(high % 2 === 0 ? 0 : TAINTED);
    expect(memory.find({ high: 100, low: 4_095 }, 0)).toBe(0);
  });

  it.each([
    ['what is known without a label first is never given it', [CLEAN, TAINT], 0],
    ['a label stays, however often it is said without', [TAINT, CLEAN, CLEAN], TAINTED],
    [
      'each label by itself',
      [{ set: 0, clear: TAINTED }, { set: TAINTED | PRIVATE | WRITTEN, clear: 0 }, CLEAN],
      PRIVATE | WRITTEN,
    ],
    ['that the model wrote it is known with a label alone', [CLEAN, { set: TAINTED | WRITTEN, clear: 0 }], 0],
  ])('%s', (_name, learnt, expected) => {
    const memory = new PrintMemory();
    const print = { high: 1, low: 1 };
    for (const each of learnt) memory.keep(print, each, 0);
    expect(memory.find(print, 0)).toBe(expected);
  });

  it('says for a day that it has dropped what had not ended', () => {
    const memory = new PrintMemory(2);
    const losing = [1, 2, 3].map((low) => {
      memory.keep({ high: 1, low }, TAINT, 0);
      return memory.hasLost(0);
    });
    memory.keep({ high: 1, low: 4 }, TAINT, 0);
    expect([...losing, memory.hasLost(24 * 3_600_000), memory.hasLost(25 * 3_600_000)]).toEqual([
      ...[false, false, false],
      ...[true, false],
    ]);
  });

  it('takes at most 32 MB for 10,000 conversations', () => {
    const memory = new PrintMemory();
    let most = 0;
    // Six replies of 300 words each: one passage of eight, the first and the last.
    for (let print = 0; print < 10_000 * 6 * 40; print++) {
      memory.keep({ high: print, low: Math.imul(print, 0x9e3779b1) >>> 0 }, TAINT, 0);
      if (print % 10_000 === 0) most = Math.max(most, memory.bytes);
    }
    process.stdout.write(`10,000 conversations: ${(most / 1e6).toFixed(1)} MB\n`);
    expect(most).toBeLessThan(32e6);
  });
});
