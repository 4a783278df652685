import { End, Roster } from '../../roster/index.ts';

/** Thrown when the sidecar stops before the exchange ends. The message is for the client. */
export class ServiceEnded extends Error {
  constructor() {
    super('the sidecar is shutting down');
    this.name = 'ServiceEnded';
  }
}

/** Signals shutdown to exchanges early enough for each to tell its client and to record its end. */
export class ServiceEnd {
  /** Comes at the deadline for incomplete requests. */
  readonly unfinished = new End();
  readonly #cut = new End();
  readonly #last = new Roster<Promise<unknown>>();

  /** Calls `cut` once at the deadline for replies, or at once after it. Returns a function that unregisters. */
  onCut(cut: () => void): () => void {
    if (this.#cut.hasCome) queueMicrotask(cut);
    return this.#cut.onEnd(cut);
  }

  /** The end of the process waits for it: a record of an exchange whose connection is closed already. */
  waitFor(work: Promise<unknown>): void {
    const entry = this.#last.add(work);
    const over = (): void => this.#last.remove(entry);
    work.then(over, over);
  }

  /** Resolves when all of these are over. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#last);
  }

  cutUnfinished(): void {
    this.unfinished.come();
  }

  cut(): void {
    this.cutUnfinished();
    this.#cut.come();
  }
}
