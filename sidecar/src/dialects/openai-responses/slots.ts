import type { Place } from '../json/index.ts';

/** Where an item of a streamed response is. */
export interface Slot {
  /** Key of the item; what is in it has keys below. */
  readonly key: string;
  /** Position in `output`, as the client counts it. */
  readonly index: number;
  /** Null where the server gave none, or announced nothing. */
  id: string | null;
  announced: boolean;
  done: boolean;
}

/**
 * The items of a streamed response. Servers name the item of an event by its position, by its id, by both, or not at all: then it is the newest.
 * Some give every item the same position, or every event an id of its own.
 */
export class Slots {
  readonly #byId = new Map<string, Slot>();
  readonly #byIndex = new Map<number, Slot>();
  readonly #all: Slot[] = [];

  /** The slot of an item that is announced: a new one, unless it is announced again. */
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

  /** The slot of an event about an item, which need not have been announced. */
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

/** Null where the event gives no position, or none that could be one. */
export function positionOf(event: Place, key = 'output_index'): number | null {
  const value = event.get(key);
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function labelOf(place: Place, key: string): string | null {
  const value = place.get(key);
  return typeof value === 'string' && value !== '' ? value : null;
}
