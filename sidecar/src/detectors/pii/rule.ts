import type { PiiEntity } from './entity.ts';

/** How one form of an entity is recognised; an entity may have several. Fields as in `PatternSpec`. */
export interface EntityRule {
  readonly entity: PiiEntity;
  readonly source: string;
  readonly score: number;
  readonly group?: number;
  readonly validate?: (match: string) => boolean;
  readonly keep?: (match: string) => number;
}

/** What may stand before a number that is not a piece of a longer token. Consumes at most one character: use it with a group. */
export const LEFT = '(?:^|[^\\w.@/#+-])';
/** As `LEFT`, for what may follow a plus, slash or hash. */
export const LEFT_OPEN = '(?:^|[^\\w.@-])';

/** As `LEFT`, and no group of digits before it either: groups in the middle of a longer number are none by themselves. */
export const LEFT_ALONE = '(?:^ {0,3}|[^\\w.@/#+ -]|[^\\d ] {1,3})';

/** `value` near after one of `words`, on the same line. Group 1 is the value. Ambiguous bare numbers are only trusted like this. */
export function after(words: string, value: string, gap = 24): string {
  return `(?i:\\b(?:${words})\\b)[^\\n]{0,${gap}}?\\b(${value})\\b`;
}
