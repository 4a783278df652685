import { sorted } from './canonical-json.ts';

/** How the values of a key behave when layers meet. */
export interface Rule<Value> {
  /** The weakest value that is at least as strict as both. Idempotent, commutative and associative, up to `canonical`. */
  meet(a: Value, b: Value): Value;
  /** The one spelling of all values that mean the same. */
  canonical(value: Value): Value;
}

/** The smaller number is the stricter one. */
export const smallest: Rule<number> = { meet: Math.min, canonical: (value) => value };

/** `side` wins when either layer says so. */
export function strict<T extends string | boolean>(side: NoInfer<T>): Rule<T> {
  return { meet: (a, b) => strictest(side, a, b), canonical: (value) => value };
}

/** `side` when either says so. */
function strictest<T>(side: NoInfer<T>, a: T, b: T): T {
  return a === side ? a : b;
}

/** A value that names its mapping, or one of a list whose members never meet. */
export function fixed<T>(): Rule<T> {
  return { meet: (a) => a, canonical: (value) => value };
}

/** A list of names in which layers add up: what any of them looks for is looked for. */
export function union<T>(): Rule<T[]> {
  return { meet: (a, b) => [...new Set([...a, ...b])], canonical: sorted };
}

/** A list of mappings in which layers add up: each entry refuses by itself. */
export function together<T>(canonical: (entry: T) => T = (entry) => entry): Rule<T[]> {
  return { meet: (a, b) => [...a, ...b], canonical: (entries) => sorted(entries.map(canonical)) };
}
