import type { Decoding, Mode, ReadPiece, Reading, Unit } from './reading.ts';

/** Code units before the read ones by which their surroundings are judged. */
const BEHIND = 2;

/** A unit to which groups are added. */
type Open = { -readonly [Key in keyof Unit]: Unit[Key] };

/** Writes the next part of a reading. */
export class Page {
  /** What was behind the last reading, what was pending, and the new piece. */
  readonly given: string;
  /** Where unread text begins in `given`. */
  readonly begin: number;
  readonly #before: Reading;
  readonly #units: Open[] = [];
  /** The last of them. */
  #last: Open | null = null;
  #text = '';
  #length = 0;
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
    const from = end - start;
    const to = read.length;
    const at = this.#before.length + this.#length + start - this.#from;
    this.#text += start === this.#from ? read : this.given.slice(this.#from, start) + read;
    this.#length += start - this.#from + to;
    this.#from = end;
    this.#differs = true;
    // One for one: all offsets stay.
    if (to === 1 && from === 1) return;
    const first = this.#before.original + start - this.begin;
    const last = this.#last ?? this.#before.units.at(-1);
    if (last === undefined || !continues(last, { start: first, at, from, to, by })) {
      this.#last = { start: first, end: first + from, at, length: to, from, to, by };
      this.#units.push(this.#last);
      return;
    }
    if (this.#last === null) {
      this.#last = { ...last };
      this.#units.push(this.#last);
    }
    this.#last.end += from;
    this.#last.length += to;
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
function continues(last: Unit, { start, at, from, to, by }: Omit<Unit, 'end' | 'length'>): boolean {
  return (
    last.end === start &&
    last.at + last.length === at &&
    last.from === from &&
    last.to === to &&
    last.by === by
  );
}
