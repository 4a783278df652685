import { isObject, parseCanonical } from '../record/canonical.ts';

/** What the outside is told of a log, so that it knows later how long the log was. Every part of it is durable. */
export interface SignedHead {
  /** The C2SP signed note. */
  readonly note: string;
  /** The `seal` line, where it is the last one that the note covers. */
  readonly seal: string | null;
}

/** The newest head of a log that is being written, and the line that the log begins with. */
export class SignedHeads {
  /** The first line; empty until it is written. */
  genesis = '';
  #checkpoint: string | null = null;
  #seal: string | null = null;

  /** `checkpoint`: the line of a log that became durable. */
  signed(checkpoint: string): void {
    this.#checkpoint = checkpoint;
  }

  /** The last line but for its signature. */
  sealed(seal: string): void {
    this.#checkpoint = null;
    this.#seal = seal;
  }

  /** Null until there is a signature, and while the seal waits for its own. */
  latest(): SignedHead | null {
    const line = this.#checkpoint === null ? null : parseCanonical(this.#checkpoint);
    const note = line !== null && isObject(line) ? line['note'] : null;
    return typeof note === 'string' ? { note, seal: this.#seal } : null;
  }
}
