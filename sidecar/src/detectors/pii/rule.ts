import type { PiiEntity } from './entity.ts';

/** One form of an entity; an entity may have several. Fields as in `PatternSpec`. */
export interface EntityRule {
  readonly entity: PiiEntity;
  readonly source: string;
  readonly score: number;
  readonly group?: number;
  readonly validate?: (match: string) => boolean;
  readonly keep?: (match: string) => number;
}

/** Left context of a number that is not part of a longer token. Consumes at most one character: use it with a group. */
export const LEFT = '(?:^|[^\\w.@/#+-])';
/** As `LEFT`, for numbers that may follow a plus, slash or hash. */
export const LEFT_OPEN = '(?:^|[^\\w.@-])';

/** As `LEFT`, without a group of digits before it: groups inside a longer number do not count. */
export const LEFT_ALONE = '(?:^ {0,3}|[^\\w.@/#+ -]|[^\\d ] {1,3})';

/** Part of every source that requires a context word. */
export const CUED = '[^\\n]{0,';

/** `value` shortly after one of `words`, on the same line. Group 1 is the value. Ambiguous bare numbers count only like this. */
export function after(words: string, value: string, gap = 24): string {
  return `(?i:\\b(?:${words})\\b)[^\\n]{0,${gap}}?\\b(${value})\\b`;
}

/** Labels of business numbers: a number after one is not personal data, whatever its form. */
const LABEL =
  '(?i:\\b(?:part|sku|model|invoice|order|item|product|serial|article|ticket|batch|lot|ref|reference|version|build|case|po|rma|tracking|catalog(?:ue)?|asset|stock|p/n|s/n|mpn|ean|upc|isbn)s?\\b)' +
  '["\'`]?[ \\t]{0,2}(?:(?i:no\\b\\.?|nr\\b\\.?|numbers?|num|codes?|ids?)["\'`]?[ \\t]{0,2})?[:=#]?[ \\t]{0,2}["\'`]?';
/** A number behind a label. Has no group: what it takes is no finding. */
export const LABELLED = `${LABEL}[A-Za-z]{0,6}-?\\d[A-Za-z0-9./:_-]{1,23}[A-Za-z0-9/_-](?: \\d[\\d-]{1,8}){0,4}`;

/**
 * A rule for a number recognised by its form, with or without a check digit (which one in ten to twenty random numbers passes): not after
 * such a label. The value is group 1 of `source`, or all of it.
 */
export function unlabelled(rule: EntityRule): EntityRule {
  const source = rule.group === undefined ? `(${rule.source})` : rule.source;
  return { ...rule, source: `${LABELLED}|${source}`, group: 1 };
}

/** `value` shortly before one of `words`, on the same line. Group 1 is the value. */
export function before(words: string, value: string, gap = 16): string {
  return `\\b(${value})\\b[^\\n]{0,${gap}}?(?i:\\b(?:${words})\\b)`;
}
