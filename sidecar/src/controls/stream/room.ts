import { Malformed } from '../../dialects/malformed.ts';

/**
 * Running text is rescanned with every piece while it is held back; the limit keeps that from stalling other exchanges. UTF-16 code units.
 */
const MOST_TEXT = 65_536;

/** Limit of held running text per stream. UTF-16 code units. */
export function roomForText(holdChars: number): number {
  return Math.min(holdChars, MOST_TEXT);
}

/** UTF-16 code units held back in all of them. */
export function heldIn(parts: ReadonlyMap<string, { readonly held: number }>): number {
  let held = 0;
  for (const part of parts.values()) held += part.held;
  return held;
}

/** @throws Malformed if one stream would hold back more than its limit. */
export function refuseTooMuch(texts: number, calls: number, holdChars: number): void {
  const most = roomForText(holdChars);
  if (texts > most)
    throw tooMuch(
      'text',
      most,
      most < holdChars ? 'no policy allows more of running text' : 'limits.holdChars',
    );
  if (texts + calls > holdChars)
    throw tooMuch('text and arguments of tool calls', holdChars, 'limits.holdChars');
}

function tooMuch(what: string, most: number, wayOut: string): Malformed {
  return new Malformed(
    'stream',
    `more than ${most} characters of ${what} would have to be held back (${wayOut})`,
  );
}
