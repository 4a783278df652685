import { wholeAt } from '../slices.ts';

/** UTF-16 code units of a part. */
export const PART = 12_288;
/** Neighbouring parts share so much, longer than any window of the model. */
const OVERLAP = 1024;
/** Parts end at white space if there is some among so many last characters. */
const MAX_WORD = 512;
/** Characters of encodings that are read in groups of four. */
const ENCODED = /[A-Za-z0-9+/_-]/;

/** The overlapping parts of a long text; a short one is a single part. An encoded run that a cut divides is cut between its groups. */
export function* partsOf(text: string): Generator<string> {
  let runStart = 0;
  let seen = 0;
  for (let start = 0; ;) {
    const end = text.length - start <= PART ? text.length : endNear(text, start + PART);
    yield text.slice(start, end);
    if (end === text.length) return;
    const next = Math.max(start + 1, end - OVERLAP);
    let at = next;
    while (at > seen && ENCODED.test(text.charAt(at - 1))) at--;
    // Otherwise the run goes on since the last cut.
    if (at > seen) runStart = at;
    seen = next;
    start = wholeAt(text, next - ((next - runStart) % 4));
  }
}

function endNear(text: string, end: number): number {
  for (let at = end; at > end - MAX_WORD; at--) if (/\s/.test(text.charAt(at))) return at;
  return wholeAt(text, end);
}
