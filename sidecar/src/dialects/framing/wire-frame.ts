import type { Framing } from '../dialect.ts';

/** A frame as received, with the means to write it with other data. */
export interface WireFrame {
  /** The SSE event name; null if absent. */
  readonly event: string | null;
  /** JSON text or a terminator; null for a frame without data: heartbeats, blank lines, the brackets of an array. */
  readonly data: string | null;
  /** The unchanged bytes. Joined, the wires of all frames are a valid stream. */
  readonly wire: string | Uint8Array;
  /** Text before and after the data, and the replacement for a line break in it. */
  readonly before: string;
  readonly between: string;
  readonly after: string;
}

/** The frame with other data in its place. */
export function renderFrame(frame: WireFrame, data: string): string {
  return frame.before + data.replaceAll('\n', frame.between) + frame.after;
}

/** Bytes that clients of a framing skip between frames. Not valid in every dialect: see `StreamReader.heartbeat`. */
export function heartbeatOf(framing: Framing): string {
  return framing === 'sse' ? ':\n\n' : '\n';
}

/** An empty comment, blank lines, or nothing. */
const BLANK = /^(?::\n\n|[ \t\r\n]*)$/;
const PING = /^\{\s*"type"\s*:\s*"ping"\s*\}$/;
const LONGEST_PING = 40;

/**
 * True for a frame that only signals a live server: it may overtake earlier frames. Never for one whose position matters: a bracket of an
 * array, an event with an ID.
 */
export function isHeartbeat({ event, data, before, wire }: WireFrame): boolean {
  if (data === null) return before === '' && typeof wire === 'string' && BLANK.test(wire);
  if (data.length > LONGEST_PING || (event !== null && event !== 'ping')) return false;
  return /^(?:event: ping\n)?data: $/.test(before) && PING.test(data.trim());
}

/** A frame without data, forwarded as `wire`. */
export function blankFrame(wire: string): WireFrame {
  return { event: null, data: null, wire, before: '', between: '\n', after: '' };
}
