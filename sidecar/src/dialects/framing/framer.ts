import type { WireFrame } from './wire-frame.ts';

/** Largest frame, in UTF-16 code units. Final events that repeat a whole reply are the largest there are. */
export const MAX_FRAME_CHARS = 8 * 1024 * 1024;

/**
 * Cuts a stream of bytes into frames. Which frames come out does not depend on how the bytes were cut. Belongs to one stream;
 * unusable once it has thrown.
 */
export interface Framer {
  /** Frames that are complete with these bytes. @throws Malformed */
  push(chunk: Uint8Array): readonly WireFrame[];
  /** The stream ended. @throws Malformed when it ended inside of a frame. */
  end(): readonly WireFrame[];
}
