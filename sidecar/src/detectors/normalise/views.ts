import { decode, type Decoded } from './decode.ts';
import { fold, hiddenText } from './fold.ts';

/** One reading of a text: as it stands, folded, or decoded. */
export interface View {
  readonly text: string;
  /** The transformations that led here, outermost first; empty for the folded text itself. */
  readonly by: readonly Decoded['by'][];
}

/** Encodings inside encodings are followed this far. */
const MAX_DEPTH = 3;
/** What these decoders read is plain text: encodings are not looked for inside of them. */
const LAST: ReadonlySet<Decoded['by']> = new Set(['rot13', 'reversed', 'leet', 'spaced', 'broken']);
/** Over all views, UTF-16 code units: work per text is bounded. */
const MAX_TOTAL_FACTOR = 4;

/** All readings of a text that a detector should see, the folded text first. Never throws; total size is bounded by the input's. */
export function views(text: string): readonly View[] {
  const found: View[] = [{ text: fold(text), by: [] }];
  const hidden = hiddenText(text);
  if (hidden !== '') found.push({ text: fold(hidden), by: ['tags'] });
  let budget = text.length * MAX_TOTAL_FACTOR;
  // What is pushed during the walk is walked too.
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
