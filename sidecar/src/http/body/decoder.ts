/** Whether `bytes` more may be held. */
export type Room = (bytes: number) => boolean;

/**
 * Decodes `Content-Encoding` incrementally. One call at a time: the next `push` only after the last has resolved, which provides
 * backpressure. Decoded bytes are returned at once, so that an event stream keeps flowing.
 */
export interface Decoder {
  /** @throws BodyError (as a rejection): `malformed_encoding` or `too_large`. No `push` may follow. */
  push(chunk: Buffer): Promise<Buffer[]>;
  /** The remaining bytes. @throws BodyError `malformed_encoding` if the coded data is truncated. */
  end(): Promise<Buffer[]>;
  /** Frees the decoder's memory; needed only if `end` is not reached. Idempotent. */
  destroy(): void;
}
