/**
 * What a client has been told of a stream, which is less than what was read: frames are read before they are released. One note is kept for each
 * frame that waits, in order.
 */
export class ClientView<T> {
  readonly #waiting: T[] = [];
  #now: T;

  /** `nothing` holds before the first frame is released. */
  constructor(nothing: T) {
    this.#now = nothing;
  }

  /** As of the newest frame released. */
  get now(): T {
    return this.#now;
  }

  /** A frame was read: what the client knows once it is released. */
  read(note: T): void {
    this.#waiting.push(note);
  }

  /** The oldest frame that waited was released. */
  released(): void {
    const note = this.#waiting.shift();
    if (note !== undefined) this.#now = note;
  }
}
