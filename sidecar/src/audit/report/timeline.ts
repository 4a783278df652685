import type { DecisionLine } from '../record/schema.ts';
import { isDeciding } from './name-table.ts';

/** Decisions in one interval. */
export interface Interval {
  /** RFC 3339. */
  readonly start: string;
  readonly allowed: number;
  readonly redacted: number;
  readonly refused: number;
  /** Of the allowed ones: those that a rule in mode `observe` would have refused or redacted. */
  readonly observed: number;
}

export interface Timeline {
  /** Length of each interval. */
  readonly seconds: number;
  /** In order, without gaps from the first decision to the last. Empty without decisions. */
  readonly intervals: readonly Interval[];
}

/** Maximum number of bars on a page. */
const MAX_INTERVALS = 60;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Natural lengths of intervals; each is a multiple of the one before. Beyond them: twice the last, and so on. */
const LENGTHS = [
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  2 * DAY,
  4 * DAY,
] as const;

interface Counts {
  allowed: number;
  redacted: number;
  refused: number;
  observed: number;
}

/** Counts decisions by time, in intervals that grow with the span, so that memory and page are bounded for any times. */
export class TimelineCounts {
  #step = 0;
  /** By number of the interval since 1970. */
  #counts = new Map<number, Counts>();
  #first = Infinity;
  #last = -Infinity;

  add(line: DecisionLine): void {
    const at = Date.parse(line.time);
    this.#first = Math.min(this.#first, at);
    this.#last = Math.max(this.#last, at);
    while (this.#spanned > MAX_INTERVALS) this.#widen();
    const counts = this.#at(Math.floor(at / this.#length));
    if (line.verdict === 'block') counts.refused += 1;
    else if (isDeciding(line)) {
      if (line.verdict === 'redact') counts.redacted += 1;
      else if (line.hits.some(({ mode }) => mode === 'observe')) counts.observed += 1;
      else counts.allowed += 1;
    }
  }

  get timeline(): Timeline {
    const length = this.#length;
    const intervals: Interval[] = [];
    for (
      let number = Math.floor(this.#first / length);
      number <= Math.floor(this.#last / length);
      number += 1
    )
      intervals.push({
        start: new Date(number * length).toISOString(),
        ...(this.#counts.get(number) ?? zero()),
      });
    return { seconds: length / 1_000, intervals };
  }

  get #length(): number {
    return LENGTHS[this.#step] ?? 4 * DAY * 2 ** (this.#step - LENGTHS.length + 1);
  }

  get #spanned(): number {
    return Math.floor(this.#last / this.#length) - Math.floor(this.#first / this.#length) + 1;
  }

  #widen(): void {
    const before = this.#length;
    const counts = this.#counts;
    this.#step += 1;
    this.#counts = new Map();
    for (const [number, { allowed, redacted, refused, observed }] of counts) {
      const merged = this.#at(Math.floor((number * before) / this.#length));
      merged.allowed += allowed;
      merged.redacted += redacted;
      merged.refused += refused;
      merged.observed += observed;
    }
  }

  #at(number: number): Counts {
    const known = this.#counts.get(number);
    if (known !== undefined) return known;
    const made = zero();
    this.#counts.set(number, made);
    return made;
  }
}

function zero(): Counts {
  return { allowed: 0, redacted: 0, refused: 0, observed: 0 };
}
