import { isUntrusted, type Exchange, type Segment, type ToolCall } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { TrustedResults } from './trusted-results.ts';

/**
 * True if the model reads something that neither the workload wrote nor the caller typed: a result of a tool that policy does not trust, a
 * document, a reference to what the provider stores, or what a tool of the provider may bring in while the reply is made.
 */
export function isTainted({ prompt, recallsUntrusted }: Exchange, policy: CompiledPolicy): boolean {
  if (recallsUntrusted === true) return true;
  const { trusts } = policy.action;
  if (prompt.offers.some(({ builtin, name }) => builtin && !trusts(name))) return true;
  const results = new TrustedResults(prompt, trusts);
  return (
    prompt.segments.some((segment) => {
      const enclosing = results.around(segment.pointer);
      // What stands in a result belongs to it, whatever the member is called.
      if (enclosing !== null) return !enclosing.isTrusted;
      return isUntrusted(segment) && !quotesTrusted(segment, prompt.segments, results);
    }) ||
    prompt.media.some(({ kind, pointer }) => {
      const enclosing = results.around(pointer);
      // Pictures and sounds outside of results are the caller's; files are documents, and nobody here knows what is stored elsewhere.
      return enclosing === null ? kind === 'file' || kind === 'opaque' : !enclosing.isTrusted;
    })
  );
}

/** True for a citation in an earlier reply whose text stands in a trusted result of this request. */
function quotesTrusted(
  { channel, text }: Segment,
  all: readonly Segment[],
  results: TrustedResults,
): boolean {
  return (
    channel === 'citation' &&
    all.some((each) => results.around(each.pointer)?.isTrusted === true && each.text.includes(text))
  );
}

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
