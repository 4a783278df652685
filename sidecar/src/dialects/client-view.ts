/**
 * The client's view of a stream, which lags behind the reader's: frames are read before they are released. Keeps one note for each waiting
 * frame, in order.
 */
export class ClientView<T> {
  readonly #waiting: T[] = [];
  #now: T;

  /** `nothing`: the view before the first frame is released. */
  constructor(nothing: T) {
    this.#now = nothing;
  }

  /** As of the newest frame released. */
  get now(): T {
    return this.#now;
  }

  /** A frame was read: `note` is the view once it is released. */
  read(note: T): void {
    this.#waiting.push(note);
  }

  /** The oldest waiting frame was released. */
  released(): void {
    const note = this.#waiting.shift();
    if (note !== undefined) this.#now = note;
  }
}
