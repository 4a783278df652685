/** Whether `bytes` more can be held. */
export type Room = (bytes: number) => boolean;

/**
 * Undoes `Content-Encoding`, in pieces. One call at a time: the next `push` only after the last has resolved, which is also
 * the back-pressure. What can be decoded is given out at once, so an event stream keeps flowing.
 */
export interface Decoder {
  /** @throws BodyError (as a rejection): `malformed_encoding` or `too_large`. Nothing can be pushed after that. */
  push(chunk: Buffer): Promise<Buffer[]>;
  /** The rest. @throws BodyError `malformed_encoding` when the coded data stops short. */
  end(): Promise<Buffer[]>;
  /** Frees what the decoder holds; needed only where `end` is not reached. Idempotent. */
  destroy(): void;
}
