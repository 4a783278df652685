import type { WireFrame } from './wire-frame.ts';

/** Largest frame, in UTF-16 code units. Final events that repeat a whole reply are the largest. */
export const MAX_FRAME_CHARS = 8 * 1024 * 1024;

/** Splits a stream of bytes into frames, independent of how the bytes were split. For one stream; unusable once it has thrown. */
export interface Framer {
  /** Frames completed by these bytes. @throws Malformed */
  push(chunk: Uint8Array): readonly WireFrame[];
  /** The stream ended. @throws Malformed inside a frame. */
  end(): readonly WireFrame[];
}
