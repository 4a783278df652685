import { z } from 'zod';

import { canonicalJson, sorted } from './canonical-json.ts';
import type { Rule } from './rule.ts';

/** Every list must have a matching entry. An empty list matches nothing. */
export interface AllowList<T> {
  readonly allOf: readonly (readonly T[])[];
}

type AllowListSchema<T extends z.ZodType> = z.ZodType<
  AllowList<z.output<T>>,
  z.input<T>[] | { allOf: z.input<T>[][] }
>;

const MAX_ITEMS = 4096;
const MAX_LISTS = 16;

/**
 * An allow-list, or several that must all match. Documents have lists; `allOf` is written by the meet of layers, since two lists of globs
 * have no exact intersection as a list.
 */
export function allowList<T extends z.ZodType>(item: T, what: string): AllowListSchema<T> {
  const list = z.array(item).max(MAX_ITEMS, { error: `expected at most ${MAX_ITEMS} entries` });
  return z
    .union([list, z.strictObject({ allOf: z.array(list).min(1).max(MAX_LISTS) })])
    .transform((value): AllowList<z.output<T>> => (Array.isArray(value) ? { allOf: [value] } : value))
    .describe(
      `${what} A list, or \`allOf\` with several lists that must all agree (written by the meet of layers).`,
    );
}

/** Several allow-lists must all match, so both are kept; a list that includes all of another is redundant. */
export function allAgree<T>(): Rule<AllowList<T>> {
  return { meet: (a, b) => ({ allOf: [...a.allOf, ...b.allOf] }), canonical: withoutSuperfluous };
}

/** As `allAgree`, but a list that includes all of another is kept: its additional entries are refused, and not unknown. */
export function allAgreeUnpruned<T>(): Rule<AllowList<T>> {
  return { meet: (a, b) => ({ allOf: [...a.allOf, ...b.allOf] }), canonical: withoutRepeated };
}

function withoutRepeated<T>({ allOf }: AllowList<T>): AllowList<T> {
  const lists = new Map(allOf.map((list) => sorted(list)).map((list) => [canonicalJson(list), list]));
  return { allOf: sorted([...lists.values()]) };
}

function withoutSuperfluous<T>({ allOf }: AllowList<T>): AllowList<T> {
  const lists = sorted(allOf.map((list) => sorted(list)));
  const texts = new Map<readonly T[], ReadonlySet<string>>(
    lists.map((list) => [list, new Set(list.map(canonicalJson))]),
  );
  const contains = (outer: readonly T[], inner: readonly T[]): boolean =>
    inner.every((entry) => texts.get(outer)?.has(canonicalJson(entry)) === true);
  return { allOf: lists.filter((list) => !lists.some((other) => other !== list && contains(list, other))) };
}
