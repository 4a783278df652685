import { hashOf } from '../../record/chain.ts';
import type { Line } from '../../record/schema.ts';
import type { ChainCheck } from '../chain-check.ts';

interface Waiting {
  readonly text: string;
  readonly line: Line;
  readonly where: string;
}

/** Receives lines in order. */
export type LineCheck = Pick<ChainCheck, 'add' | 'tampered'>;

/**
 * Reorders one log that arrived in any order, with some lines repeated, since they are sent until acknowledged. Passes the lines to the
 * check in the order of the log. Holds 32 bytes per line, and the lines that arrived early.
 */
export class ReceivedLog {
  readonly #check: LineCheck;
  readonly #waiting = new Map<number, Waiting>();
  /** SHA-256 of the passed lines, in order. */
  #hashes = Buffer.alloc(32 * 256);
  #next = 0;

  constructor(check: LineCheck) {
    this.#check = check;
  }

  /** True if a line at this position is known. */
  has(seq: number): boolean {
    return seq < this.#next || this.#waiting.has(seq);
  }

  add(text: string, line: Line, where: string): void {
    const before = line.seq < this.#next ? this.#hash(line.seq) : this.#waitingHash(line.seq);
    if (before !== null) {
      if (before !== hashOf(text))
        this.#check.tampered(where, `has seq ${line.seq} as another line has that differs from it`);
      return;
    }
    this.#waiting.set(line.seq, { text, line, where });
    for (
      let first = this.#waiting.get(this.#next);
      first !== undefined;
      first = this.#waiting.get(this.#next)
    )
      this.#handOn(first);
  }

  /** No more lines will come: waiting ones are after a gap. */
  finish(): void {
    const late = [...this.#waiting.values()].sort((a, b) => a.line.seq - b.line.seq);
    for (const { text, line, where } of late) this.#check.add(text, line, where);
    this.#waiting.clear();
  }

  #handOn({ text, line, where }: Waiting): void {
    this.#waiting.delete(line.seq);
    this.#check.add(text, line, where);
    if (this.#hashes.length < 32 * (this.#next + 1))
      this.#hashes = Buffer.concat([this.#hashes, Buffer.alloc(this.#hashes.length)]);
    this.#hashes.write(hashOf(text), 32 * this.#next, 'hex');
    this.#next += 1;
  }

  #hash(seq: number): string {
    return this.#hashes.toString('hex', 32 * seq, 32 * (seq + 1));
  }

  #waitingHash(seq: number): string | null {
    const waiting = this.#waiting.get(seq);
    return waiting === undefined ? null : hashOf(waiting.text);
  }
}
