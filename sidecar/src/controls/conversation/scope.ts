import { hash } from 'node:crypto';

import { callerKey, type Exchange, type Prompt } from '../../exchange/index.ts';

/** Whose calls or tokens are counted together. */
export type CountedOf = 'caller' | 'workload' | 'conversation';

/** Distinguishes what is counted apart. Not for publication. */
export function scopeOf(exchange: Exchange, of: CountedOf): string {
  if (of === 'workload') return '*';
  const caller = exchange.direction === 'outbound' ? 'workload' : callerKey(exchange.caller);
  return of === 'caller' ? caller : `${caller} in ${exchange.conversation ?? openingOf(exchange.prompt)}`;
}

/**
 * A conversation by its first text of the user, which clients send again with every turn: the same on every replica, without state. Where
 * there is none, all such requests of the caller are one.
 */
export function openingOf({ segments }: Pick<Prompt, 'segments'>): string {
  const first = segments.find(({ origin, channel }) => origin === 'user' && channel === 'content');
  return first === undefined ? '' : hash('sha256', first.text, 'base64').slice(0, 22);
}
