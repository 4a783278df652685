import { Offsets } from './offsets.ts';

/** A text in both forms. */
export interface Encoded {
  readonly text: string;
  /** UTF-8. Half of a surrogate pair is U+FFFD there, which has as many UTF-16 code units, so that offsets stay. */
  readonly bytes: Buffer;
  readonly offsets: Offsets;
}

/** Longer texts are not kept. UTF-16 code units. */
const MAX_KEPT = 32_768;
let latest: Encoded = encode('');

/** The text for RE2, which would encode a string once for each expression. Of the latest text only: one detector after the other asks for it. */
export function encodedOf(text: string): Encoded {
  if (text === latest.text) return latest;
  const encoded = encode(text);
  if (text.length <= MAX_KEPT) latest = encoded;
  return encoded;
}

function encode(text: string): Encoded {
  const bytes = Buffer.from(text);
  return { text, bytes, offsets: new Offsets(bytes, text) };
}
