import { Page } from './page.ts';
import type { Reader } from './reading.ts';

/** Letters of the kind, and digits. */
const NAME = '[A-Z][A-Z_]{0,30}_[0-9]{6,20}';
/** The form of pseudonyms (`<EMAIL_402913>`), in the syntax of RE2 too. */
export const PSEUDONYM = `<${NAME}>`;
const WHOLE = new RegExp(PSEUDONYM, 'g');
/** What may become one, at the end of the arrived text. */
const OPEN = /<(?:[A-Z][A-Z_]{0,30}[0-9]{0,20})?$/;
/** A longer beginning is none. UTF-16 code units. */
const LONGEST = 54;

/** Reads pseudonyms as the values that they stand for. `valueOf`: undefined for those that stand for nothing. */
export function readPseudonyms(valueOf: (pseudonym: string) => string | undefined): Reader {
  return (before, piece, last = false) => {
    const page = new Page(before, piece);
    const { given, begin } = page;
    const tail = given.slice(Math.max(begin, given.length - LONGEST));
    const open = last ? undefined : OPEN.exec(tail)?.[0].length;
    WHOLE.lastIndex = begin;
    for (let match = WHOLE.exec(given); match !== null; match = WHOLE.exec(given)) {
      const [pseudonym] = match;
      const value = valueOf(pseudonym);
      if (value !== undefined) page.put(match.index, match.index + pseudonym.length, value, 'pseudonym');
    }
    return page.end(given.length - (open ?? 0));
  };
}
