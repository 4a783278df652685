import {
  isUntrusted,
  type Exchange,
  type Prompt,
  type Segment,
  type ToolCall,
} from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { TrustedResults } from './trusted-results.ts';

/**
 * True if the model reads something that neither the workload wrote nor the caller typed: a result of a tool that policy does not trust, a
 * document, a reference to what the provider stores, or what a tool of the provider may bring in while the reply is made.
 */
export function isTainted(exchange: Exchange, policy: CompiledPolicy): boolean {
  return taintsOf(exchange, policy).next().done !== true;
}

/** What gives a request a label: a part of its body, or what was said before it. */
export interface Labelling {
  /** Null: nothing in the body. */
  readonly pointer: string | null;
  readonly why: string;
}

/** All that taints, one after the other. */
export function* taintsOf(
  { prompt, recallsUntrusted }: Exchange,
  policy: CompiledPolicy,
): Generator<Labelling, void> {
  if (recallsUntrusted === true) yield { pointer: null, why: EARLIER };
  const { trusts } = policy.action;
  for (const { builtin, name, pointer } of prompt.offers)
    if (builtin && !trusts(name)) yield { pointer, why: 'a tool that the provider runs' };
  const results = new TrustedResults(prompt, trusts);
  const trustOf = trustIn(prompt, results);
  for (const segment of prompt.segments)
    if (trustOf(segment) === 'foreign') yield { pointer: segment.pointer, why: 'untrusted text' };
  for (const { kind, pointer } of prompt.media) {
    const enclosing = results.around(pointer);
    // Pictures and sounds outside of results are the caller's; files are documents, and nobody here knows what is stored elsewhere.
    if (enclosing === null ? kind === 'file' || kind === 'opaque' : !enclosing.isTrusted)
      yield { pointer, why: kind === 'opaque' ? 'what the provider stores' : `untrusted ${kind}` };
  }
}

/** Why a label holds that no part of the request gives. */
export const EARLIER = 'what was said or read in an earlier turn';

/** `foreign`: third parties may have written it. `trusted`: a result of a tool that the policy trusts. `own`: all other texts. */
export type Trust = 'foreign' | 'trusted' | 'own';

/** Whose texts of a prompt are. What stands in a result belongs to it, whatever the member is called. */
export function trustIn(prompt: Prompt, results: TrustedResults): (segment: Segment) => Trust {
  const quoted = new QuotedResults(prompt, results);
  return (segment) => {
    const enclosing = results.around(segment.pointer);
    if (enclosing !== null) return enclosing.isTrusted ? 'trusted' : 'foreign';
    if (isUnknownMember(segment)) return 'foreign';
    if (!isUntrusted(segment)) return 'own';
    return segment.channel === 'citation' && quoted.contain(segment.text) ? 'trusted' : 'foreign';
  };
}

/**
 * Text that clients put beside what a message says (`tool_calls[].result`, `context`): no dialect tells where it is from. Names of speakers, ids and
 * values without spaces say nothing.
 */
function isUnknownMember({ channel, origin, pointer, text }: Segment): boolean {
  return (
    channel === 'metadata' &&
    origin === 'user' &&
    /^\/(?:messages|input|contents)\/\d+\//.test(pointer) &&
    !/\/(?:~3.*|name|(?:\w*_)?id)$/.test(pointer) &&
    /\S\s+\S/.test(text)
  );
}

/** UTF-16 code units that the citations of a request are searched in, all together; beyond, a citation is untrusted. */
const MAX_SEARCHED = 4_194_304;

/** Trusted results that citations in earlier replies may quote. */
class QuotedResults {
  readonly #prompt: Prompt;
  readonly #results: TrustedResults;
  #texts: readonly string[] | null = null;
  readonly #known = new Map<string, boolean>();
  #searched = 0;

  constructor(prompt: Prompt, results: TrustedResults) {
    this.#prompt = prompt;
    this.#results = results;
  }

  contain(text: string): boolean {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const isContained = this.#search(text);
    this.#known.set(text, isContained);
    return isContained;
  }

  #search(text: string): boolean {
    this.#texts ??= this.#prompt.segments.flatMap((each) =>
      this.#results.around(each.pointer)?.isTrusted === true ? [each.text] : [],
    );
    return this.#texts.some((each) => {
      this.#searched += each.length;
      return this.#searched <= MAX_SEARCHED && each.includes(text);
    });
  }
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
