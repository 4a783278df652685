import { hash, randomBytes } from 'node:crypto';

import { callerKey, isKeptSegment, type Caller, type Segment } from '../exchange/index.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';

/** Of one policy. An entry takes about 150 bytes. */
const MAX_TEXTS = 16_384;

/** Makes the digests useless outside of this process, should its memory be read. */
const SECRET = randomBytes(32).toString('hex');

/**
 * Texts of prompts in which no rule of a policy found anything, by digest. Clients send the history and the tools of a conversation with every
 * turn; detectors are pure, so that the same text gives the same result. Texts in which something was found are scanned again each time.
 *
 * The digest covers all that the result depends on, and the caller, so that the time of a refusal or a reply does not tell one caller what
 * another has sent. The texts that were used least recently are dropped first.
 */
export class CleanTexts {
  readonly #digests = new Set<string>();
  /**
   * Leads to the one that was used least recently: all before it are gone, or at the end. A new iterator would pass over the places of all that
   * are gone, each time.
   */
  readonly #oldest = this.#digests.values();
  /** Of those that come again as the same objects: no digest is needed. They are of one caller. */
  readonly #same = new WeakSet<object>();
  readonly #most: number;

  /** @param most texts to remember */
  constructor(most = MAX_TEXTS) {
    this.#most = most;
  }

  /**
   * Runs `scan` unless it found nothing in this text before.
   *
   * @param parts lengths of the parts that the text was joined from; empty for a text that stands alone
   * @param scan returns whether it found nothing; if it throws, nothing is remembered
   */
  scan(segment: Cleanable, parts: readonly number[], caller: Caller, scan: () => boolean): void {
    if (this.#same.has(segment)) return;
    const digest = digestOf(segment, parts, caller);
    if (digest !== null && this.#digests.delete(digest)) this.#digests.add(digest);
    else if (!scan()) return;
    else if (digest !== null) this.#add(digest);
    if (isKeptSegment(segment)) this.#same.add(segment);
  }

  /** Whether `scan` found nothing in this text before. */
  knows(segment: Cleanable, parts: readonly number[], caller: Caller): boolean {
    if (this.#same.has(segment)) return true;
    const digest = digestOf(segment, parts, caller);
    return digest !== null && this.#digests.has(digest);
  }

  #add(digest: string): void {
    this.#digests.add(digest);
    if (this.#digests.size <= this.#most) return;
    const { value } = this.#oldest.next();
    if (value !== undefined) this.#digests.delete(value);
  }
}

/** What a scan depends on. */
type Cleanable = Pick<Segment, 'origin' | 'channel' | 'text' | 'pasted'>;

/** Null for a text that has none of its own: UTF-8 has no lone surrogates, so that two texts with different ones would have the same. */
function digestOf(
  { origin, channel, text, pasted }: Cleanable,
  parts: readonly number[],
  caller: Caller,
): string | null {
  if (!text.isWellFormed()) return null;
  // What was pasted is held to another threshold.
  const author = pasted === undefined ? origin : 'pasted';
  const all = [SECRET, author, channel, callerKey(caller), parts.join(' '), text];
  return hash('sha256', all.join('\n'), 'base64');
}

const OF_POLICIES = new WeakMap<CompiledPolicy, CleanTexts>();

/** The memory of a policy. A policy is immutable, and its memory goes with it. */
export function cleanTextsOf(policy: CompiledPolicy): CleanTexts {
  let texts = OF_POLICIES.get(policy);
  if (texts === undefined) OF_POLICIES.set(policy, (texts = new CleanTexts()));
  return texts;
}
