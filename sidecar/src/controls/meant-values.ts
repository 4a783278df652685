import { decodedText, type Decoding } from '../detectors/index.ts';
import { JsonPlace, unescapedJson } from './json-number.ts';
import type { Span } from './span.ts';

/** Beside those of JSON. */
const ENCODINGS: ReadonlySet<Decoding> = new Set(['entity', 'percent', 'quoted-printable']);
/** In text that is no JSON, as far as can be told. */
const IN_PROSE: ReadonlySet<Decoding> = new Set([...ENCODINGS, 'escape']);

/**
 * What parts of a text mean, in their order: without the escapes of the JSON strings that they stand in, without entities, percent and
 * quoted-printable, and otherwise as they are written.
 */
export function meantValues(text: string): (part: Pick<Span, 'start' | 'end'>) => string {
  const place = new JsonPlace();
  let at = 0;
  return ({ start, end }) => {
    const written = text.slice(start, end);
    if (!/[\\&%=]/.test(written)) return written;
    place.follow(text.slice(at, start));
    at = start;
    const { strings } = place;
    const said = strings === 0 ? null : unescapedJson(written, strings);
    // JSON behind a word of prose, in a string of other JSON: it was found since the escape was read.
    const isDeeper = said === null || /\\[ux]/.test(said);
    return decodedText(said ?? written, isDeeper ? IN_PROSE : ENCODINGS);
  };
}
