import type { Decision } from '../../exchange/index.ts';
import { hash } from 'node:crypto';

import { canonicalize, quote, type JsonObject } from './canonical.ts';
import { decisionMembers, MAX_LINE_BYTES, tight } from './line.ts';
import type { Head, Signer } from './note.ts';

/** `prev` of a genesis line. */
export const NOTHING = '0'.repeat(64);

/** SHA-256 of a line's UTF-8 bytes without its newline, lower-case hex: what the next line names as `prev`. */
export function hashOf(line: string): string {
  return hash('sha256', line, 'hex');
}

/**
 * The order of one log: gives each line its place, its time and the hash of the line before it. Lines come back without a newline.
 * Owned by the committer; every line that it gives out must be written, in this order, or the log is broken.
 */
export class Chain {
  readonly origin: string;
  readonly #originMember: string;
  readonly #clock: () => number;
  #seq = 0;
  #prev = NOTHING;
  #timeMs = 0;
  #time = '';

  /** `clock` gives milliseconds since the epoch. */
  constructor(origin: string, clock: () => number) {
    this.origin = origin;
    this.#originMember = `"origin":${quote(origin)}`;
    this.#clock = clock;
  }

  /** Vouches for all lines so far. */
  get head(): Head {
    return { origin: this.origin, size: this.#seq, hash: this.#prev };
  }

  decision(decision: Decision): string {
    let line = this.#decisionLine(decision, false);
    // A line has at most three bytes per UTF-16 code unit, so most are known to be short without counting.
    if (line.length * 3 > MAX_LINE_BYTES && Buffer.byteLength(line) > MAX_LINE_BYTES)
      line = this.#decisionLine(decision, true);
    return this.#add(line);
  }

  /** A line about the log itself. `fields` must not hold the members that every line has. */
  event(kind: string, fields: JsonObject): string {
    const { origin } = this;
    const place = { kind, origin, prev: this.#prev, seq: this.#seq, time: this.#now(), v: 1 };
    return this.#add(canonicalize({ ...fields, ...place }));
  }

  /**
   * Signs everything before it. Has no time and nothing else that could not be worked out from the lines before it, so that not
   * even the last line of a log can be changed unseen.
   */
  checkpoint(signer: Signer): string {
    const note = quote(signer.sign(this.head));
    return this.#add(`{"kind":"checkpoint","note":${note},${this.#originMember},${this.#place()},"v":1}`);
  }

  #decisionLine(decision: Decision, short: boolean): string {
    const members = decisionMembers(decision, short ? tight : undefined);
    const { before, between } = members;
    return `${before}${this.#originMember},${between},${this.#place()},${members.after(this.#now())}`;
  }

  #place(): string {
    return `"prev":"${this.#prev}","seq":${this.#seq}`;
  }

  #add(line: string): string {
    this.#prev = hashOf(line);
    this.#seq += 1;
    return line;
  }

  /** RFC 3339, UTC, milliseconds. Never goes back: where the clock does, the last time is kept until the clock has caught up. */
  #now(): string {
    const now = this.#clock();
    if (now > this.#timeMs) {
      this.#timeMs = now;
      this.#time = new Date(now).toISOString();
    }
    return this.#time;
  }
}
