/** A time range. Times are RFC 3339 in UTC with milliseconds, so that they compare as text. */
export class Range {
  /** Null: from the earliest known time. */
  readonly from: string | null;
  /** Null: up to the latest known time. */
  readonly to: string | null;
  /** The fleet log is still being written, so that a missing end is no finding. */
  readonly live: boolean;

  constructor(from: string | null, to: string | null, live: boolean) {
    this.from = from;
    this.to = to;
    this.live = live;
  }

  /** Whether an event after the one time and before the other may be in the range. Null: no such bound is known. */
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
