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
 * another has sent. Texts that were not used for long are dropped first.
 */
export class CleanTexts {
  readonly #digests: RecentDigests;
  /** Of those that come again as the same objects: no digest is needed. They are of one caller. */
  readonly #same = new WeakSet<object>();

  /** @param most texts to remember */
  constructor(most = MAX_TEXTS) {
    this.#digests = new RecentDigests(most);
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
    if (digest === null || !this.#digests.uses(digest)) {
      if (!scan()) return;
      if (digest !== null) this.#digests.add(digest);
    }
    if (isKeptSegment(segment)) this.#same.add(segment);
  }

  /** Whether `scan` found nothing in this text before. */
  knows(segment: Cleanable, parts: readonly number[], caller: Caller): boolean {
    if (this.#same.has(segment)) return true;
    const digest = digestOf(segment, parts, caller);
    return digest !== null && this.#digests.has(digest);
  }
}

/**
 * Those that were used last, in two generations: when the younger one is full, the older one is dropped. A single set in the order of use would
 * need a deletion for every use, and V8 searches all places that deletions left behind in a bucket: 13 µs for a text that comes with every
 * request.
 */
class RecentDigests {
  #younger = new Set<string>();
  #older: ReadonlySet<string> = new Set<string>();
  readonly #each: number;

  constructor(most: number) {
    this.#each = Math.ceil(most / 2);
  }

  has(digest: string): boolean {
    return this.#younger.has(digest) || this.#older.has(digest);
  }

  /** As `has`; it is then among those that were used last. */
  uses(digest: string): boolean {
    if (this.#younger.has(digest)) return true;
    if (!this.#older.has(digest)) return false;
    this.add(digest);
    return true;
  }

  add(digest: string): void {
    if (this.#younger.size >= this.#each) {
      this.#older = this.#younger;
      this.#younger = new Set();
    }
    this.#younger.add(digest);
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
  return hash(
    'sha256',
    `${SECRET}\n${author}\n${channel}\n${callerKey(caller)}\n${parts.join(' ')}\n${text}`,
    'base64',
  );
}

const OF_POLICIES = new WeakMap<CompiledPolicy, CleanTexts>();

/** The memory of a policy. A policy is immutable, and its memory goes with it. */
export function cleanTextsOf(policy: CompiledPolicy): CleanTexts {
  let texts = OF_POLICIES.get(policy);
  if (texts === undefined) OF_POLICIES.set(policy, (texts = new CleanTexts()));
  return texts;
}
