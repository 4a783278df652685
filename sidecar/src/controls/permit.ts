import type { Verdict } from '../exchange/verdict.ts';

declare const permitted: unique symbol;

/** Proof that the controls allow `T`. Only `permit` mints it, from a verdict other than block. */
export type Permitted<T> = T & { readonly [permitted]: true };

/** A verdict that lets the exchange proceed, changed or not. */
export type Passing = Exclude<Verdict, { readonly kind: 'block' }>;

/**
 * The only function that mints permission. `_verdict` is not read: its type requires a passing verdict, so that skipping the controls does
 * not compile (invariant 2).
 */
export function permit<T extends object>(subject: T, _verdict: Passing): Permitted<T> {
  return subject as Permitted<T>;
}
