import type { Verdict } from '../exchange/verdict.ts';

declare const permitted: unique symbol;

/** Proof that the controls let `T` go on. Only `permit` mints it, and only from a verdict that is not a block. */
export type Permitted<T> = T & { readonly [permitted]: true };

/** A verdict that lets the exchange go on, changed or not. */
export type Passing = Exclude<Verdict, { readonly kind: 'block' }>;

/**
 * The one place where permission is minted. `_verdict` is not read: that a caller holds a passing verdict is what the type
 * asks for, so that skipping the controls does not compile (invariant 2).
 */
export function permit<T extends object>(subject: T, _verdict: Passing): Permitted<T> {
  return subject as Permitted<T>;
}
