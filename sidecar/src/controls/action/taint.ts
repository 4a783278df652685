import { isUntrusted, type Segment, type ToolCall } from '../../exchange/index.ts';

/**
 * True where a reply carries text that neither the caller nor the model wrote (what a tool at the provider brought in) and that the model may
 * have read before it made the call: all but what an array has behind the call, and what belongs to the call itself.
 */
export function isCallTainted(call: Pick<ToolCall, 'pointer'>, segments: readonly Segment[]): boolean {
  return segments.some((segment) => isUntrusted(segment) && !standsBehind(segment.pointer, call.pointer));
}

/** True where two pointers part in an array, and `pointer` has the greater index; also where it leads below `place`. */
function standsBehind(pointer: string, place: string): boolean {
  const tokens = pointer.split('/');
  const places = place.split('/');
  const at = places.findIndex((token, index) => token !== tokens[index]);
  if (at < 0) return true;
  const [index, other] = [Number(tokens[at]), Number(places[at])];
  return Number.isInteger(index) && Number.isInteger(other) && index > other;
}
