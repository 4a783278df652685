/** The model had untrusted text before it when it said a passage, or the passage is such text. */
export const TAINTED = 1;
/** The same of private data. */
export const PRIVATE = 2;
export const ALL_LABELS = TAINTED | PRIVATE;
/** The model said it while it had one of these labels; else tools did. */
export const WRITTEN = 4;
const FLAGS = ALL_LABELS | WRITTEN;
/** Bits before those that say without which labels a passage was known first. */
const WITHOUT = 3;
const ALL_BITS = 5;

/** What is learnt of a passage. */
export interface Learnt {
  /** Labels, and `WRITTEN`. */
  readonly set: number;
  /** It is known without these labels: unless it has them already, they are never set for it. */
  readonly clear: number;
}

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
  #lostAtMinute = -Infinity;

  constructor(most = MAX_ENTRIES) {
    this.#most = most;
  }

  /** Of its tables. */
  get bytes(): number {
    return this.#young.bytes + this.#old.bytes;
  }

  /** The labels of a passage, and `WRITTEN`; 0 if it has no label, is unknown, or was not kept again for longer than `within` minutes. */
  find(print: Print, nowMs: number, within = KEEP_MINUTES): number {
    return this.#find(print, nowMs, within) & FLAGS;
  }

  /** True if it was known without this label first, which is then never set for it. */
  isKnownWithout(print: Print, label: number, nowMs: number): boolean {
    return ((this.#find(print, nowMs, KEEP_MINUTES) >>> WITHOUT) & label) !== 0;
  }

  /** Entries that had not ended were dropped within 24 hours. */
  hasLost(nowMs: number): boolean {
    return minuteOf(nowMs) - this.#lostAtMinute <= KEEP_MINUTES;
  }

  /** What was first counts: a label that is set stays, and one that the passage was known without is not set. */
  keep(print: Print, { set, clear }: Learnt, nowMs: number): void {
    const known = this.#find(print, nowMs, KEEP_MINUTES);
    const without = (known >>> WITHOUT) | (clear & ~known & ALL_LABELS);
    const flags = (known | set) & FLAGS & ~without;
    const kept = (flags & ALL_LABELS) === 0 ? 0 : flags;
    this.#young.set(print, (minuteOf(nowMs) << ALL_BITS) | (without << WITHOUT) | kept);
    if (this.#young.count < this.#most) return;
    if (this.#old.count > 0) this.#lostAtMinute = minuteOf(nowMs);
    this.#old = this.#young;
    this.#young = new Generation(FIRST_SLOTS);
  }

  #find(print: Print, nowMs: number, within: number): number {
    const meta = this.#young.find(print) || this.#old.find(print);
    return meta === 0 || minuteOf(nowMs) - (meta >>> ALL_BITS) > within ? 0 : meta & ((1 << ALL_BITS) - 1);
  }
}

/** From one, so that no entry looks like an empty slot. */
function minuteOf(nowMs: number): number {
  return Math.floor(nowMs / 60_000) + 1;
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
