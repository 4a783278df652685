import { describe, expect, it } from '@jest/globals';

import type { CountQuery } from '../../policy/compile/call-counts.ts';
import { CallLog } from './call-log.ts';

const HOUR_MS = 3_600_000;
const PAID: CountQuery = { tool: 'pay', argument: 'amount', windowMs: HOUR_MS, of: 'caller' };
const COUNTED: CountQuery = { ...PAID, argument: null };

describe('CallLog', () => {
  it.each<[string, unknown, number]>([
    ['a number', { amount: 2.5 }, 2.5],
    ['a number as text', { amount: ' 12 ' }, 12],
    ['another spelling of the name', { Amount: 3 }, 3],
    ['two spellings', { amount: 3, AMOUNT: 4 }, 7],
    ['a negative number', { amount: -5 }, 0],
    ['no such argument', { other: 5 }, 0],
    ['a text', { amount: 'all of it' }, Infinity],
    ['an empty text', { amount: '' }, Infinity],
    ['a list', { amount: [1] }, Infinity],
    ['arguments that cannot be read', 'unreadable', Infinity],
  ])('adds up %s', (_name, args, expected) => {
    const log = new CallLog();
    log.add('a', PAID, args, 0);
    expect(log.read('a', PAID, 0)).toBe(expected);
  });

  it('forgets what is past the window, never earlier', () => {
    const log = new CallLog();
    log.add('a', COUNTED, {}, 59_000);
    expect(log.read('a', COUNTED, HOUR_MS)).toBe(1);
    expect(log.read('a', COUNTED, HOUR_MS + 59_000)).toBe(1);
    expect(log.read('a', COUNTED, HOUR_MS + 121_000)).toBe(0);
  });

  it('counts scopes, tools and windows apart', () => {
    const log = new CallLog();
    log.add('a', COUNTED, {}, 0);
    expect(log.read('b', COUNTED, 0)).toBe(0);
    expect(log.read('a', PAID, 0)).toBe(0);
    expect(log.read('a', { ...COUNTED, tool: 'other' }, 0)).toBe(0);
    expect(log.read('a', { ...COUNTED, windowMs: 1_000 }, 0)).toBe(0);
  });

  it('forgets no counter that counts something, and counts no further caller beyond its bound', () => {
    const log = new CallLog();
    for (let caller = 0; caller < 8_192; caller++) log.add(`${caller}`, COUNTED, {}, 0);
    expect(() => log.read('another', COUNTED, 0)).toThrow('too many calls are counted');
    expect(log.read('0', COUNTED, 0)).toBe(1);
    expect(log.read('another', COUNTED, 2 * HOUR_MS)).toBe(0);
  });
});
