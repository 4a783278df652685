import type { Print } from './print-memory.ts';

/** Passages of one exchange that are held; 256 KiB. */
const MAX_PASSAGES = 32_768;

/** Passages of an exchange, by 32 bits each. Bounded: beyond, `isFull`, and it has the first ones. */
export class PassageSet {
  #slots = new Uint32Array(64);
  #count = 0;

  get isFull(): boolean {
    return this.#count >= MAX_PASSAGES;
  }

  has(passage: Print): boolean {
    return this.#slots[this.#slotOf(idOf(passage))] !== 0;
  }

  add(passage: Print): void {
    if (this.isFull) return;
    this.#set(idOf(passage));
    if (this.#count * 2 > this.#slots.length) this.#grow();
  }

  #set(id: number): void {
    const slot = this.#slotOf(id);
    if (this.#slots[slot] === 0) this.#count += 1;
    this.#slots[slot] = id;
  }

  /** The slot of an id, or the empty one where it belongs. */
  #slotOf(id: number): number {
    const mask = this.#slots.length - 1;
    let slot = id & mask;
    while (this.#slots[slot] !== 0 && this.#slots[slot] !== id) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 2);
    this.#count = 0;
    for (const id of before) if (id !== 0) this.#set(id);
  }
}

/** Zero marks an empty slot. */
function idOf({ low }: Print): number {
  return low === 0 ? 1 : low;
}
