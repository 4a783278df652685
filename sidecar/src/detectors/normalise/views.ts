import { decode, type Decoded } from './decode.ts';
import { fold, hiddenText } from './fold.ts';
import { viewsOf, viewsOfPart, type View as Shown } from './layers.ts';

/** One reading of a text: raw, folded, or decoded. */
export interface View {
  readonly text: string;
  /** The applied transformations, outermost first; empty for the folded text itself. */
  readonly by: readonly (Decoded['by'] | 'blocks')[];
}

/** Nesting limit of encodings. */
const MAX_DEPTH = 3;
/** The output of these decoders is plain text: no encodings are searched in it. */
const LAST: ReadonlySet<View['by'][number]> = new Set(['rot13', 'reversed', 'leet', 'broken', 'joined']);
/** Total over all views, in UTF-16 code units, relative to the text: bounds the work. */
const MAX_TOTAL_FACTOR = 4;

/**
 * All readings of a text for a detector, the folded text first. Never throws; total size is bounded by the input's.
 *
 * @param isOfPlain it is a part of a text that has no views (`viewsOf`)
 */
export function views(text: string, isOfPlain = false): readonly View[] {
  const found: View[] = [{ text: fold(text), by: [] }];
  const hidden = hiddenText(text);
  if (hidden !== '') found.push({ text: fold(hidden), by: ['tags'] });
  found.push(...asShown(isOfPlain ? viewsOfPart(text) : viewsOf(text), found));
  let budget = text.length * MAX_TOTAL_FACTOR;
  // Views added during the loop are visited too.
  for (const view of found) {
    const last = view.by.at(-1);
    if (view.by.length >= MAX_DEPTH || (last !== undefined && LAST.has(last))) continue;
    for (const decoded of decode(view.text)) {
      budget -= decoded.text.length;
      if (budget < 0) return found;
      found.push({ text: fold(decoded.text), by: [...view.by, decoded.by] });
    }
  }
  return found;
}

/** What all detectors read: marks, escapes and typography undone, which hides nothing by itself, and decoded blocks, which do. */
function asShown(shownAs: readonly Shown[], known: readonly View[]): readonly View[] {
  if (shownAs.length === 0) return [];
  const seen = new Set(known.map((view) => view.text));
  return shownAs.flatMap(({ text: shown, readings }): readonly View[] => {
    const folded = fold(shown);
    if (seen.has(folded)) return [];
    seen.add(folded);
    return [{ text: folded, by: readings.length > 1 ? ['blocks'] : [] }];
  });
}
