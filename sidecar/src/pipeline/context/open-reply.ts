import type { OpenCommitment } from '../../audit/record/commitment.ts';
import type { OpenSeal } from '../../audit/record/sealer.ts';

/** What the record takes from a reply that comes in pieces. */
export interface SettledReply {
  /** Null where policy or key do not provide for one. */
  readonly responseCommitment: string | null;
  /** Null where the body is not kept. */
  readonly responseSeal: OpenSeal | null;
}

/** A reply that comes in pieces: committed to, and kept where policy says so, while it passes. */
export class OpenReply {
  #commitment: OpenCommitment | null;
  #seal: OpenSeal | null;

  constructor(commitment: OpenCommitment | null, seal: OpenSeal | null) {
    this.#commitment = commitment;
    this.#seal = seal;
  }

  /** More waits to be kept than should. */
  get isFull(): boolean {
    return this.#seal?.isFull ?? false;
  }

  update(bytes: Uint8Array): void {
    this.#commitment?.update(bytes);
    this.#seal?.write(bytes);
  }

  /** For the record of its last decision; what comes afterwards does not count. */
  settle(): SettledReply {
    const settled = {
      responseCommitment: this.#commitment?.digest() ?? null,
      responseSeal: this.#seal,
    };
    this.#commitment = null;
    this.#seal = null;
    return settled;
  }

  /** It broke off: nothing is kept of it. No effect after `settle`. */
  abandon(): void {
    this.#commitment = null;
    this.#seal?.abandon();
    this.#seal = null;
  }
}
