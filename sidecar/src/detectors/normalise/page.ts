import type { Decoding, Mode, ReadPiece, Reading, Unit } from './reading.ts';

/** Code units before the read ones by which their surroundings are judged. */
const BEHIND = 2;

/** Writes the next part of a reading. */
export class Page {
  /** What was behind the last reading, what was pending, and the new piece. */
  readonly given: string;
  /** Where unread text begins in `given`. */
  readonly begin: number;
  readonly #before: Reading;
  readonly #units: Unit[] = [];
  #text = '';
  #from: number;
  #differs: boolean;

  constructor(before: Reading, piece: string) {
    this.#before = before;
    this.given = before.behind + before.pending + piece;
    this.begin = this.#from = before.behind.length;
    this.#differs = before.differs;
  }

  /** `[start, end)` of the given text stands for `read`; what is before it and was not written is read as it is. */
  put(start: number, end: number, read: string, by: Decoding): void {
    this.#text += this.given.slice(this.#from, start) + read;
    this.#from = end;
    this.#differs = true;
    // One for one: all offsets stay.
    if (read.length === 1 && end - start === 1) return;
    const { original, length } = this.#before;
    const unit = {
      start: original + start - this.begin,
      end: original + end - this.begin,
      at: length + this.#text.length - read.length,
      length: read.length,
      from: end - start,
      to: read.length,
      by,
    };
    const last = this.#units.at(-1) ?? this.#before.units.at(-1);
    if (last === undefined || !continues(last, unit)) this.#units.push(unit);
    else {
      const joined = { ...last, end: unit.end, length: last.length + unit.length };
      if (this.#units.length > 0) this.#units[this.#units.length - 1] = joined;
      else this.#units.push(joined);
    }
  }

  /** Everything before `open` was read; the rest waits. */
  end(open: number, mode: Mode | null = null): ReadPiece {
    const text = this.#text + this.given.slice(this.#from, open);
    const { original, length, units, shift } = this.#before;
    const reading = {
      original: original + open - this.begin,
      length: length + text.length,
      pending: this.given.slice(open),
      behind: this.given.slice(Math.max(0, open - BEHIND), open),
      mode,
      differs: this.#differs,
      units: this.#joined(units),
      shift,
    };
    return { text, reading };
  }

  #joined(units: readonly Unit[]): readonly Unit[] {
    const [first] = this.#units;
    if (first === undefined) return units;
    const last = units.at(-1);
    if (last === undefined) return this.#units;
    return [...(first.start === last.start ? units.slice(0, -1) : units), ...this.#units];
  }
}

/** A group like those before it. */
function continues(last: Unit, unit: Unit): boolean {
  return (
    last.end === unit.start &&
    last.at + last.length === unit.at &&
    last.from === unit.from &&
    last.to === unit.to &&
    last.by === unit.by
  );
}
