/** Converts offsets between UTF-8 bytes and UTF-16 code units, for ascending offsets. Restarts if they descend; free for ASCII text. */
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

  /** The byte offset of the code unit at `unit`, which begins a code point. */
  byte(unit: number): number {
    return this.#same ? unit : Buffer.byteLength(this.#text.slice(0, unit));
  }

  /** The code unit offset of `byte`, which begins a code point. */
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

  /** The byte offset `units` code units after `from`; after the whole code point if they end inside one. */
  after(from: number, units: number): number {
    if (this.#same) return from + units;
    let at = from;
    for (let left = units; left > 0 && at < this.#bytes.length;) {
      left -= (this.#bytes[at] ?? 0) >= 0xf0 ? 2 : 1;
      at = this.next(at);
    }
    return at;
  }

  /** The beginning of the code point after that at `byte`. */
  next(byte: number): number {
    let at = byte + 1;
    while (((this.#bytes[at] ?? 0) & 0xc0) === 0x80) at++;
    return at;
  }
}
