import { closingQuote } from './lexeme.ts';

const NON_FINITE = /\b(?:NaN|Infinity)\b/;

/**
 * Parses JSON in which numbers may be `NaN`, `Infinity` and `-Infinity`: Python servers write them (`json.dumps`, log-probabilities of
 * impossible tokens), and Python clients read them. Clients in other languages fail with or without this sidecar. They become null, since
 * there is no text in them. @throws SyntaxError
 */
export function parseNonFinite(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const finite = NON_FINITE.test(text) ? withNulls(text) : null;
    if (finite === null) throw error;
    return JSON.parse(finite);
  }
}

/** Replaces such numbers outside of strings. Null if a string is not closed. */
function withNulls(text: string): string | null {
  let out = '';
  for (let at = 0; ;) {
    const open = text.indexOf('"', at);
    out += text.slice(at, open === -1 ? undefined : open).replace(/\b(?<!-)NaN\b|-?\bInfinity\b/g, 'null');
    if (open === -1) return out;
    const close = closingQuote(text, open);
    if (close === -1) return null;
    at = close + 1;
    out += text.slice(open, at);
  }
}
