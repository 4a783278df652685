import { createHmac, randomBytes } from 'node:crypto';

import type { Flow } from '../../exchange/index.ts';

/** Number of references kept; the oldest are evicted. */
const MAX_KEPT = 65_536;
const KEEP_MS = 24 * 3_600_000;
/** Limit of the instructions kept. UTF-16 code units. */
const MAX_INSTRUCTIONS = 4_194_304;
/** 128 bits, so that no value can be found that collides with a kept one. */
const KEY_CHARS = 22;

interface Kept extends Flow {
  readonly untilMs: number;
  readonly conversation: string | null;
}

/** What is known of a reference. */
export interface Recalled extends Flow {
  /** That of the exchange whose reply had it first; null if it was not kept. */
  readonly conversation: string | null;
  /** System texts of the prompt whose reply had it; null if they were not kept. */
  readonly instructions: readonly string[] | null;
}

/** What is kept with a reference. */
export type About = Partial<Pick<Recalled, 'conversation' | 'instructions'>>;

/**
 * IDs and sealed data that this process delivered in replies, as keyed hashes. Bounded in number, and in time (24 hours since last use).
 * Survives policy reloads. Of replies that are fetched later, the system texts of their prompts are kept too, in memory alone.
 */
export class ReferenceMemory {
  readonly #secret = randomBytes(32);
  readonly #kept = new Map<string, Kept>();
  readonly #instructions = new Map<string, readonly string[]>();
  #chars = 0;
  readonly #max: number;

  constructor(max = MAX_KEPT) {
    this.#max = max;
  }

  /** The key that a value is kept under; it differs by scope. */
  keyOf(scope: string, value: string): string {
    const hash = createHmac('sha256', this.#secret).update(`${scope.length} ${scope}`).update(value);
    return hash.digest('base64').slice(0, KEY_CHARS);
  }

  /** What the model had read is only added to. `about`: as `Recalled`. */
  keep(
    key: string,
    flow: Flow,
    nowMs: number,
    { instructions = null, conversation = null }: About = {},
  ): void {
    if (instructions !== null) this.#keepInstructions(key, instructions);
    const before = this.#find(key, nowMs);
    this.#kept.delete(key);
    this.#kept.set(key, {
      untilMs: nowMs + KEEP_MS,
      conversation: before?.conversation ?? conversation,
      tainted: flow.tainted || before?.tainted === true,
      isPrivate: flow.isPrivate || before?.isPrivate === true,
    });
    if (this.#kept.size <= this.#max) return;
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }

  /** Null if unknown or expired. */
  recall(key: string, nowMs: number): Recalled | null {
    const found = this.#find(key, nowMs);
    if (found === null) return null;
    const { tainted, isPrivate, conversation } = found;
    return { tainted, isPrivate, conversation, instructions: this.#instructions.get(key) ?? null };
  }

  /** The oldest go first. */
  #keepInstructions(key: string, instructions: readonly string[]): void {
    this.#dropInstructions(key);
    this.#instructions.set(key, instructions);
    this.#chars += charsIn(instructions);
    for (const oldest of this.#instructions.keys()) {
      if (this.#chars <= MAX_INSTRUCTIONS) return;
      this.#dropInstructions(oldest);
    }
  }

  #dropInstructions(key: string): void {
    const kept = this.#instructions.get(key);
    if (kept === undefined) return;
    this.#chars -= charsIn(kept);
    this.#instructions.delete(key);
  }

  #find(key: string, nowMs: number): Kept | null {
    const kept = this.#kept.get(key);
    return kept === undefined || kept.untilMs <= nowMs ? null : kept;
  }
}

/** What another memory holds, for a policy that is judged without effect: nothing is kept, and nothing of the other changes. */
export class ReferenceView extends ReferenceMemory {
  readonly #base: ReferenceMemory;

  constructor(base: ReferenceMemory) {
    super(0);
    this.#base = base;
  }

  override keyOf(scope: string, value: string): string {
    return this.#base.keyOf(scope, value);
  }

  override keep(): void {
    // The other memory keeps what replies give out.
  }

  override recall(key: string, nowMs: number): Recalled | null {
    return this.#base.recall(key, nowMs);
  }
}

/** An entry costs something without text too. */
function charsIn(instructions: readonly string[]): number {
  return instructions.reduce((chars, text) => chars + text.length, 64);
}
