import type { Blindness, Reason } from './condition.ts';

/** What one step of an exchange says about the four conditions. */
export interface Found {
  readonly reasons: readonly Reason[];
  readonly blind: readonly Blindness[];
}

/** What is true of what was seen. */
export type Seen<T extends string> = Readonly<Partial<Record<T, boolean>>>;

/** The names that are true, in their order. */
export function namesIn<T extends string>(seen: Seen<T>): readonly T[] {
  return (Object.keys(seen) as T[]).filter((name) => seen[name] === true);
}
