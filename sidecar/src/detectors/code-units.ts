import { endianness } from 'node:os';

/** As many as the longest part of a text that is read at once, and some. */
const KEPT = 32_768;
const IS_BIG = endianness() === 'BE';
/** Up to here a copy unit by unit is faster than a call. */
const SHORT = 32;
const kept = new Uint16Array(KEPT);

/**
 * The UTF-16 code units of a text, valid until the next call: a loop over an array is twice as fast as one over `charCodeAt`. There may be
 * others behind those of the text.
 */
export function codeUnitsOf(text: string): Uint16Array {
  if (text.length <= SHORT) {
    for (let at = 0; at < text.length; at++) kept[at] = text.charCodeAt(at);
    return kept;
  }
  const units = text.length <= KEPT ? kept : new Uint16Array(text.length);
  const bytes = Buffer.from(units.buffer, 0, 2 * text.length);
  bytes.write(text, 'utf16le');
  if (IS_BIG) bytes.swap16();
  return units;
}

/** The text of the first so many of these units, which change their order of bytes where the machine has the other one. */
export function textOfUnits(units: Uint16Array, length: number): string {
  const bytes = Buffer.from(units.buffer, units.byteOffset, 2 * length);
  if (IS_BIG) bytes.swap16();
  return bytes.toString('utf16le');
}
