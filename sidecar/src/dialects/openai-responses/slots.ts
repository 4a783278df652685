import type { Place } from '../json/index.ts';

/** Position of an item in a streamed response. */
export interface Slot {
  /** Key of the item; keys of its content are below it. */
  readonly key: string;
  /** Position in `output`, as the client counts it. */
  readonly index: number;
  /** Null if the server gave none, or did not announce the item. */
  id: string | null;
  announced: boolean;
  done: boolean;
}

/**
 * The items of a streamed response. Servers identify the item of an event by its position, by its ID, by both, or not at all: then it is
 * the newest. Some give every item the same position, or every event its own ID.
 */
export class Slots {
  readonly #byId = new Map<string, Slot>();
  readonly #byIndex = new Map<number, Slot>();
  readonly #all: Slot[] = [];

  /** The slot of an announced item: a new one, unless it was announced before. */
  announce(event: Place, item: Place): Slot {
    const id = labelOf(item, 'id');
    const index = positionOf(event) ?? this.#next();
    const before = this.#byIndex.get(index);
    const isSame = before !== undefined && !before.done && (before.announced ? before.id === id : true);
    const slot = isSame ? before : this.#add(index);
    slot.announced = true;
    this.#name(slot, id);
    return slot;
  }

  /** The slot of an event about an item, announced or not. */
  of(event: Place, item: Place | null = null): Slot {
    const id = (item === null ? null : labelOf(item, 'id')) ?? labelOf(event, 'item_id');
    const named = id === null ? undefined : this.#byId.get(id);
    if (named !== undefined) return named;
    const index = positionOf(event);
    const slot =
      index === null ? (this.#all.at(-1) ?? this.#add(0)) : (this.#byIndex.get(index) ?? this.#add(index));
    if (item !== null) this.#name(slot, id);
    return slot;
  }

  /** The slot of the item at `index` of a complete output. */
  at(index: number, item: Place): Slot {
    const id = labelOf(item, 'id');
    const named = id === null ? undefined : this.#byId.get(id);
    return named ?? this.#byIndex.get(index) ?? this.#add(index);
  }

  #add(index: number): Slot {
    const count = this.#all.filter((slot) => slot.index === index).length;
    const key = count === 0 ? `output/${index}` : `output/${index}.${count}`;
    const slot = { key, index, id: null, announced: false, done: false };
    this.#all.push(slot);
    this.#byIndex.set(index, slot);
    return slot;
  }

  #name(slot: Slot, id: string | null): void {
    if (id === null) return;
    slot.id = id;
    this.#byId.set(id, slot);
  }

  #next(): number {
    return this.#all.reduce((next, slot) => Math.max(next, slot.index + 1), 0);
  }
}

/** Null if the event has no valid position. */
export function positionOf(event: Place, key = 'output_index'): number | null {
  const value = event.get(key);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function labelOf(place: Place, key: string): string | null {
  const value = place.get(key);
  return typeof value === 'string' && value !== '' ? value : null;
}
