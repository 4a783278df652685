import { canonicalJson, sorted } from './canonical-json.ts';

/** Meet and canonical form of a key's values. */
export interface Rule<Value> {
  /** The weakest value that is at least as strict as both. Idempotent, commutative and associative, up to `canonical`. */
  meet(a: Value, b: Value): Value;
  /** The canonical one of equivalent values. */
  canonical(value: Value): Value;
}

/** The smaller number is the stricter one. */
export const smallest: Rule<number> = { meet: Math.min, canonical: (value) => value };

/** `side` wins if either layer has it. */
export function strict<T extends string | boolean>(side: NoInfer<T>): Rule<T> {
  return { meet: (a, b) => strictest(side, a, b), canonical: (value) => value };
}

/** `side` if either has it. */
function strictest<T>(side: NoInfer<T>, a: T, b: T): T {
  return a === side ? a : b;
}

/** A value that identifies its mapping, or a member of a list whose members never meet. */
export function fixed<T>(): Rule<T> {
  return { meet: (a) => a, canonical: (value) => value };
}

/** A list of which only what all layers have counts. */
export function common<T>(): Rule<T[]> {
  return {
    meet(a, b) {
      const others = new Set(b.map(canonicalJson));
      return a.filter((item) => others.has(canonicalJson(item)));
    },
    canonical: sorted,
  };
}

/** A list of names that combines all layers. */
export function union<T>(): Rule<T[]> {
  return { meet: (a, b) => [...new Set([...a, ...b])], canonical: sorted };
}

/** A list of mappings that combines all layers: each entry refuses independently. */
export function together<T>(canonical: (entry: T) => T = (entry) => entry): Rule<T[]> {
  return { meet: (a, b) => [...a, ...b], canonical: (entries) => sorted(entries.map(canonical)) };
}

/**
 * A list of mappings of which only those count that both layers have and read alike, with what both accept of them. `isLeft`: something still
 * fits what the two accept.
 */
export function paired<T>(
  entry: Rule<T>,
  isLeft: (met: T) => boolean,
  isAlike: (a: T, b: T) => boolean = () => true,
): Rule<T[]> {
  return {
    meet: (a, b) =>
      a.flatMap((own) =>
        b
          .filter((other) => isAlike(own, other))
          .map((other) => entry.meet(own, other))
          .filter(isLeft),
      ),
    canonical: (entries) => sorted(entries.map((each) => entry.canonical(each))),
  };
}
