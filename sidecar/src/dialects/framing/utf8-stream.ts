import { Malformed } from '../malformed.ts';

/** Decodes UTF-8 incrementally and strictly; an incomplete character waits for its rest. */
export class Utf8Stream {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

  /** @throws Malformed */
  push(chunk: Uint8Array): string {
    return this.#decode(() => this.#decoder.decode(chunk, { stream: true }));
  }

  /** @throws Malformed if an incomplete character is left. */
  end(): string {
    return this.#decode(() => this.#decoder.decode());
  }

  #decode(decode: () => string): string {
    try {
      return decode();
    } catch {
      throw new Malformed('stream', 'not valid UTF-8');
    }
  }
}
