/** Who said a passage: with untrusted text before the model, or without any. */
export type Said = 'tainted' | 'clean';

/** 64 bits of a passage, keyed. */
export interface Print {
  readonly high: number;
  readonly low: number;
}

/** Entries of one generation; half of its slots stay empty. Two generations take 24 MiB. */
const MAX_ENTRIES = 524_288;
const FIRST_SLOTS = 4_096;
/** Since a passage was last kept. */
const KEEP_MINUTES = 24 * 60;

/**
 * Passages that were said or read, by keyed prints. Bounded: when the younger of two generations is full, the older is dropped, so that the half
 * that was used last stays. Entries end after 24 hours without use.
 */
export class PrintMemory {
  #young = new Generation(FIRST_SLOTS);
  #old = new Generation(FIRST_SLOTS);
  readonly #most: number;

  constructor(most = MAX_ENTRIES) {
    this.#most = most;
  }

  /** Of its tables. */
  get bytes(): number {
    return this.#young.bytes + this.#old.bytes;
  }

  get isEmpty(): boolean {
    return this.#young.count === 0 && this.#old.count === 0;
  }

  /** Null if unknown, or not kept again for longer than `within` minutes. */
  find(print: Print, nowMs: number, within = KEEP_MINUTES): Said | null {
    const meta = this.#young.find(print) || this.#old.find(print);
    if (meta === 0 || minuteOf(nowMs) - minutesIn(meta) > within) return null;
    return meta % 2 === 1 ? 'tainted' : 'clean';
  }

  keep(print: Print, said: Said, nowMs: number): void {
    this.#young.set(print, minuteOf(nowMs) * 2 + (said === 'tainted' ? 1 : 0));
    if (this.#young.count < this.#most) return;
    this.#old = this.#young;
    this.#young = new Generation(FIRST_SLOTS);
  }
}

/** From one, so that no entry looks like an empty slot. */
function minuteOf(nowMs: number): number {
  return Math.floor(nowMs / 60_000) + 1;
}
function minutesIn(meta: number): number {
  return meta >>> 1;
}

/** A hash table with open addressing: three numbers a slot. */
class Generation {
  count = 0;
  #slots: Uint32Array;

  constructor(slots: number) {
    this.#slots = new Uint32Array(slots * 3);
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** Zero if it is not there. */
  find(print: Print): number {
    return this.#slots[this.#slotOf(print) + 2] ?? 0;
  }

  set(print: Print, meta: number): void {
    const slot = this.#slotOf(print);
    if (this.#slots[slot + 2] === 0) this.count += 1;
    this.#slots[slot] = print.high;
    this.#slots[slot + 1] = print.low;
    this.#slots[slot + 2] = meta;
    if (this.count * 6 > this.#slots.length) this.#grow();
  }

  /** The slot of a print, or the empty one where it belongs. */
  #slotOf({ high, low }: Print): number {
    const slots = this.#slots.length / 3;
    for (let at = low & (slots - 1); ; at = (at + 1) & (slots - 1)) {
      const slot = at * 3;
      if (this.#slots[slot + 2] === 0) return slot;
      if (this.#slots[slot] === high && this.#slots[slot + 1] === low) return slot;
    }
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 2);
    this.count = 0;
    for (let slot = 0; slot < before.length; slot += 3) {
      const [high = 0, low = 0, meta = 0] = before.subarray(slot, slot + 3);
      if (meta !== 0) this.set({ high, low }, meta);
    }
  }
}
