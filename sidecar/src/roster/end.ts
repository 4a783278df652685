import { Roster } from './roster.ts';

/** An end that exchanges wait for. An AbortSignal would keep those that are over: see `Roster`. */
export class End {
  readonly #told = new Roster<() => void>();
  #hasCome = false;

  get hasCome(): boolean {
    return this.#hasCome;
  }

  /** Calls `tell` once, when the end comes; never if it has come already. Returns a function that unregisters. */
  onEnd(tell: () => void): () => void {
    const entry = this.#told.add(tell);
    return () => this.#told.remove(entry);
  }

  /** The end has come. Idempotent. */
  come(): void {
    if (this.#hasCome) return;
    this.#hasCome = true;
    for (const tell of [...this.#told]) tell();
  }
}
