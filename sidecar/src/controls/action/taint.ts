import { isUntrusted, type Segment, type ToolCall } from '../../exchange/index.ts';

/**
 * True if a reply contains text of a third origin (a result of a tool run by the provider) that the model may have read before it made the
 * call: any such text except elements after the call in the same array, and the call itself.
 */
export function isCallTainted(call: Pick<ToolCall, 'pointer'>, segments: readonly Segment[]): boolean {
  return segments.some((segment) => isUntrusted(segment) && !isAfter(segment.pointer, call.pointer));
}

/** True if two pointers diverge in an array with the greater index in `pointer`; also if it is inside `place`. */
function isAfter(pointer: string, place: string): boolean {
  const tokens = pointer.split('/');
  const places = place.split('/');
  const at = places.findIndex((token, index) => token !== tokens[index]);
  if (at < 0) return true;
  const [index, other] = [Number(tokens[at]), Number(places[at])];
  return Number.isInteger(index) && Number.isInteger(other) && index > other;
}
