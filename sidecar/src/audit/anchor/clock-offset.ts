/** The lead of this clock over the anchor's, from one request. Whole milliseconds. */
export interface OffsetMeasurement {
  /** Negative: this clock is behind. Off by half of the round trip at most. */
  readonly offset_ms: number;
  /** Between sending the head and the reply. */
  readonly round_trip_ms: number;
}

/** A change of more than this is recorded. */
const MOVED_MS = 1_000;
/** A measurement this uncertain is replaced by one that is twice as precise. */
const COARSE_MS = 1_000;

/** Both clocks in milliseconds since the epoch; the anchor read its own between the sending and the reply. */
export function offsetOf(sentMs: number, roundTripMs: number, anchorMs: number): OffsetMeasurement {
  return {
    offset_ms: Math.round(sentMs + roundTripMs / 2 - anchorMs),
    round_trip_ms: Math.max(0, Math.round(roundTripMs)),
  };
}

/**
 * Whether `measured` says something that `recorded` does not: that the clocks moved by more than a second, whatever the requests took, or the
 * same with more precision. Null: nothing is recorded yet.
 */
export function isNewOffset(recorded: OffsetMeasurement | null, measured: OffsetMeasurement): boolean {
  if (recorded === null) return true;
  const uncertainMs = (recorded.round_trip_ms + measured.round_trip_ms) / 2;
  if (Math.abs(measured.offset_ms - recorded.offset_ms) - uncertainMs > MOVED_MS) return true;
  return recorded.round_trip_ms > COARSE_MS && measured.round_trip_ms <= recorded.round_trip_ms / 2;
}
