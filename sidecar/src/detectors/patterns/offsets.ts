/**
 * Offsets in UTF-8 bytes to UTF-16 code units of the same text, for offsets that are asked in rising order. Starts over when they fall;
 * a text of ASCII alone costs nothing.
 */
export class Offsets {
  readonly #bytes: Buffer;
  readonly #text: string;
  readonly #same: boolean;
  #byte = 0;
  #unit = 0;

  constructor(bytes: Buffer, text: string) {
    this.#bytes = bytes;
    this.#text = text;
    this.#same = bytes.length === text.length;
  }

  /** The bytes before the code unit at `unit`, which begins a code point. */
  byte(unit: number): number {
    return this.#same ? unit : Buffer.byteLength(this.#text.slice(0, unit));
  }

  /** The code units before `byte`, which stands at the beginning of a code point. */
  unit(byte: number): number {
    if (this.#same) return byte;
    if (byte < this.#byte) {
      this.#byte = 0;
      this.#unit = 0;
    }
    this.#unit += this.units(this.#byte, byte);
    this.#byte = byte;
    return this.#unit;
  }

  /** The code units between two offsets. */
  units(from: number, to: number): number {
    if (this.#same) return to - from;
    let units = 0;
    for (let at = from; at < to; at++) {
      const byte = this.#bytes[at] ?? 0;
      if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
    }
    return units;
  }

  /** The byte that is `units` code units behind `from`; behind the whole code point where they end inside of one. */
  after(from: number, units: number): number {
    if (this.#same) return from + units;
    let at = from;
    for (let left = units; left > 0 && at < this.#bytes.length;) {
      left -= (this.#bytes[at] ?? 0) >= 0xf0 ? 2 : 1;
      at = this.next(at);
    }
    return at;
  }

  /** The beginning of the code point after the one that begins at `byte`. */
  next(byte: number): number {
    let at = byte + 1;
    while (((this.#bytes[at] ?? 0) & 0xc0) === 0x80) at++;
    return at;
  }
}
