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

/** Part of every source in which a word nearby says what the number is. */
export const CUED = '[^\\n]{0,';

/** `value` near after one of `words`, on the same line. Group 1 is the value. Ambiguous bare numbers are only trusted like this. */
export function after(words: string, value: string, gap = 24): string {
  return `(?i:\\b(?:${words})\\b)[^\\n]{0,${gap}}?\\b(${value})\\b`;
}

/** Labels of what companies number: what follows one is no number of a person, whatever its form. */
const LABEL =
  '(?i:\\b(?:part|sku|model|invoice|order|item|product|serial|article|ticket|batch|lot|ref|reference|version|build|case|po|rma|tracking|catalog(?:ue)?|asset|stock|p/n|s/n|mpn|ean|upc|isbn)s?\\b)' +
  '["\'`]?[ \\t]{0,2}(?:(?i:no\\b\\.?|nr\\b\\.?|numbers?|num|codes?|ids?)["\'`]?[ \\t]{0,2})?[:=#]?[ \\t]{0,2}["\'`]?';
const LABELLED = `${LABEL}[A-Za-z]{0,6}-?\\d[A-Za-z0-9./:_-]{3,24}(?: \\d[\\d-]{1,8}){0,4}`;

/**
 * A rule for a number that is known by its form, with or without a check digit, which every tenth or twentieth number of that form has
 * too: not where a label says what it is. The value is group 1 of `source`, or all of it.
 */
export function unlabelled(rule: EntityRule): EntityRule {
  const source = rule.group === undefined ? `(${rule.source})` : rule.source;
  return { ...rule, source: `${LABELLED}|${source}`, group: 1 };
}

/** `value` shortly before one of `words`, on the same line. Group 1 is the value. */
export function before(words: string, value: string, gap = 16): string {
  return `\\b(${value})\\b[^\\n]{0,${gap}}?(?i:\\b(?:${words})\\b)`;
}
