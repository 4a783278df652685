import type { AllowList } from '../keys/schema-parts.ts';

/** `strict` when either says so. */
export function strictest<T extends string>(strict: NoInfer<T>, a: T, b: T): T {
  return a === strict ? a : b;
}

export function minOf(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}

/** In the order of first appearance; the canonical form sorts. */
export function union<T>(a: readonly T[], b: readonly T[]): T[] {
  return [...new Set([...a, ...b])];
}

/** Several allow-lists must all agree: two lists of globs have no exact intersection as a list, so both are kept. */
export function meetAllow<T>(
  a: AllowList<T> | undefined,
  b: AllowList<T> | undefined,
): AllowList<T> | undefined {
  return a === undefined || b === undefined ? (a ?? b) : { allOf: [...a.allOf, ...b.allOf] };
}

/** Lists that add up: rules, deny lists, tool sets. */
export function meetList<T>(a: T[] | undefined, b: T[] | undefined): T[] | undefined {
  return a === undefined || b === undefined ? (a ?? b) : [...a, ...b];
}

/** Either, where one of them says nothing. */
export function meetEither<T>(a: T | undefined, b: T | undefined, both: (a: T, b: T) => T): T | undefined {
  return a === undefined || b === undefined ? (a ?? b) : both(a, b);
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Without the keys that hold undefined: a document does not name what it has no opinion on. */
export function present<T extends object>(value: T): Present<T> {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as Present<T>;
}
