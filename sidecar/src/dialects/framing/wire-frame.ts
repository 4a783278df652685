/** A frame as it came, and how to write it again with other data. */
export interface WireFrame {
  /** The SSE event name; null where there is none. */
  readonly event: string | null;
  /** JSON text or a terminator; null for what carries nothing: heartbeats, blank lines, the brackets of an array. */
  readonly data: string | null;
  /** What to send when nothing is to be changed. Joined, the wires of all frames are a valid stream. */
  readonly wire: string | Uint8Array;
  /** What stands before and behind the data, and what a line break inside of it becomes. */
  readonly before: string;
  readonly between: string;
  readonly after: string;
}

/** The frame with other data in its place. */
export function renderFrame(frame: WireFrame, data: string): string {
  return frame.before + data.replaceAll('\n', frame.between) + frame.after;
}

/** A frame without data, that passes as `wire`. */
export function blankFrame(wire: string): WireFrame {
  return { event: null, data: null, wire, before: '', between: '\n', after: '' };
}
