import type { Framing } from '../dialect.ts';

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

/** What clients of a framing read over between frames. Not every dialect takes it: see `StreamReader.heartbeat`. */
export function heartbeatOf(framing: Framing): string {
  return framing === 'sse' ? ':\n\n' : '\n';
}

/** A comment without words, blank lines, or nothing. */
const BLANK = /^(?::\n\n|[ \t\r\n]*)$/;
const PING = /^\{\s*"type"\s*:\s*"ping"\s*\}$/;
const LONGEST_PING = 40;

/**
 * True for what says nothing but that the server is still there: it may overtake frames that came before it. Never for what belongs to its
 * place: a bracket of an array, an event with an id.
 */
export function isHeartbeat({ event, data, before, wire }: WireFrame): boolean {
  if (data === null) return before === '' && typeof wire === 'string' && BLANK.test(wire);
  if (data.length > LONGEST_PING || (event !== null && event !== 'ping')) return false;
  return /^(?:event: ping\n)?data: $/.test(before) && PING.test(data.trim());
}

/** A frame without data, that passes as `wire`. */
export function blankFrame(wire: string): WireFrame {
  return { event: null, data: null, wire, before: '', between: '\n', after: '' };
}
