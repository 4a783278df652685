/** Thrown when the sidecar stops before the exchange ends. The message is for the client. */
export class ServiceEnded extends Error {
  constructor() {
    super('the sidecar is shutting down');
    this.name = 'ServiceEnded';
  }
}

/** Signals shutdown to exchanges early enough for each to tell its client and to record its end. */
export class ServiceEnd {
  readonly #unfinished = new AbortController();
  readonly #cuts = new Set<() => void>();
  readonly #last = new Set<Promise<unknown>>();
  #isCut = false;

  /** Aborted at the deadline for incomplete requests. */
  get unfinished(): AbortSignal {
    return this.#unfinished.signal;
  }

  /** Calls `cut` once at the deadline for replies, or at once after it. Returns a function that unregisters. */
  onCut(cut: () => void): () => void {
    if (this.#isCut) queueMicrotask(cut);
    else this.#cuts.add(cut);
    return () => this.#cuts.delete(cut);
  }

  /** The end of the process waits for it: a record of an exchange whose connection is closed already. */
  waitFor(work: Promise<unknown>): void {
    const over = (): void => void this.#last.delete(work);
    this.#last.add(work);
    work.then(over, over);
  }

  /** Resolves when all of these are over. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#last);
  }

  cutUnfinished(): void {
    this.#unfinished.abort();
  }

  cut(): void {
    this.cutUnfinished();
    this.#isCut = true;
    const cuts = [...this.#cuts];
    this.#cuts.clear();
    for (const cut of cuts) cut();
  }
}
