/** The sidecar ends before the exchange does. The message is for the client. */
export class ServiceEnded extends Error {
  constructor() {
    super('the sidecar is shutting down');
    this.name = 'ServiceEnded';
  }
}

/** Tells exchanges that the process is about to end, in time for each of them to say so to its client and to the record. */
export class ServiceEnd {
  readonly #unfinished = new AbortController();
  readonly #cuts = new Set<() => void>();
  #isCut = false;

  /** Aborted when requests that have not come whole are waited for no longer. */
  get unfinished(): AbortSignal {
    return this.#unfinished.signal;
  }

  /** `cut` is called once, when replies are waited for no longer; at once where that is so already. Returns what takes it back. */
  onCut(cut: () => void): () => void {
    if (this.#isCut) queueMicrotask(cut);
    else this.#cuts.add(cut);
    return () => this.#cuts.delete(cut);
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
