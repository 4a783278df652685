import { isObject, parseCanonical } from '../record/canonical.ts';

/** A signed statement of a log's length, kept outside of it. Every part of it is durable. */
export interface SignedHead {
  /** The C2SP signed note. */
  readonly note: string;
  /** The `seal` line, if it is the last line that the note covers. */
  readonly seal: string | null;
}

/** The newest head of a log, and its first line. */
export class SignedHeads {
  /** The first line; empty until it is written. */
  genesis = '';
  #checkpoint: string | null = null;
  #seal: string | null = null;

  /** `checkpoint`: a durable line with a signature. */
  signed(checkpoint: string): void {
    this.#checkpoint = checkpoint;
  }

  /** The last line before its signature. */
  sealed(seal: string): void {
    this.#checkpoint = null;
    this.#seal = seal;
  }

  /** Null without a signature, and while the seal waits for its own. */
  latest(): SignedHead | null {
    const line = this.#checkpoint === null ? null : parseCanonical(this.#checkpoint);
    const note = line !== null && isObject(line) ? line['note'] : null;
    return typeof note === 'string' ? { note, seal: this.#seal } : null;
  }
}
