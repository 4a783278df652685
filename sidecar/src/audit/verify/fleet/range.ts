/** The time that is asked about. Times are RFC 3339 in UTC with milliseconds, so that they compare as text. */
export class Range {
  /** Null: from the beginning of what is known. */
  readonly from: string | null;
  /** Null: up to the end of what is known. */
  readonly to: string | null;
  /** The fleet log is still being written, so that nothing need show where it ends. */
  readonly live: boolean;

  constructor(from: string | null, to: string | null, live: boolean) {
    this.from = from;
    this.to = to;
    this.live = live;
  }

  /** Whether something that happened after the one time and before the other may lie in the range. Null: no such bound is known. */
  touches(after: string | null, before: string | null): boolean {
    return !this.isPast(after) && !(this.from !== null && before !== null && before <= this.from);
  }

  contains(time: string): boolean {
    return (this.from === null || time >= this.from) && (this.to === null || time <= this.to);
  }

  isPast(time: string | null): boolean {
    return this.to !== null && time !== null && time > this.to;
  }
}
