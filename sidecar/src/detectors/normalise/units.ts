import { DECODINGS, type Decoding, type Unit, type Units } from './reading.ts';

const NAMES = Object.keys(DECODINGS) as readonly Decoding[];
const NUMBERS = Object.fromEntries(NAMES.map((name, at) => [name, at])) as Readonly<Record<Decoding, number>>;
/** Numbers for each unit. */
const WIDTH = 7;
/** Units of each block of memory: 28 KiB. */
const BLOCK = 1_024;

/**
 * Units of a long text, in 28 bytes each. A text of 4 MiB may have two million: as many objects take 300 MiB, and the garbage collector
 * longer than a slice.
 */
export class PackedUnits implements Units {
  readonly #blocks: Int32Array[] = [];
  /** The last of them. */
  #block = new Int32Array();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push({ start, end, at, length, from, to, by }: Unit): void {
    const index = this.#length % BLOCK;
    if (index === 0) {
      this.#block = new Int32Array(BLOCK * WIDTH);
      this.#blocks.push(this.#block);
    }
    const [block, offset] = [this.#block, index * WIDTH];
    block[offset] = start;
    block[offset + 1] = end;
    block[offset + 2] = at;
    block[offset + 3] = length;
    block[offset + 4] = from;
    block[offset + 5] = to;
    block[offset + 6] = NUMBERS[by];
    this.#length++;
  }

  at(index: number): Unit | undefined {
    const place = index < 0 ? this.#length + index : index;
    const numbers = this.#blocks[Math.floor(place / BLOCK)];
    if (numbers === undefined || place >= this.#length) return undefined;
    const offset = (place % BLOCK) * WIDTH;
    const number = (column: number): number => numbers[offset + column] ?? 0;
    const [start, end, at, length, from, to] = [
      number(0),
      number(1),
      number(2),
      number(3),
      number(4),
      number(5),
    ];
    return { start, end, at, length, from, to, by: NAMES[number(6)] ?? 'invisible' };
  }
}
