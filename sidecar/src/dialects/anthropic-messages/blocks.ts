import type { Place } from '../json/index.ts';

/** A content block of a streamed message. */
export interface Block {
  /** Key of the block; keys of its content are below it. */
  readonly key: string;
  /** The server's index. */
  readonly index: number;
  readonly isCall: boolean;
  /** False if only a delta referred to it. */
  readonly isStarted: boolean;
  /** Keys of its running texts. */
  readonly texts: Set<string>;
}

/** The blocks of a streamed message. Servers omit `index`, repeat it, and send deltas of blocks that they did not start. */
export class Blocks {
  readonly #open = new Map<number, Block>();
  readonly #counts = new Map<number, number>();
  #latest: Block | null = null;

  /** Indexes of the open blocks. */
  get open(): readonly number[] {
    return [...this.#open.keys()];
  }

  /** Begins a block, after the others if the event has no index. */
  start(event: Place, isCall: boolean, isStarted = true): Block {
    const index = indexOf(event) ?? Math.max(-1, ...this.#counts.keys()) + 1;
    const count = this.#counts.get(index) ?? 0;
    this.#counts.set(index, count + 1);
    const key = count === 0 ? `content/${index}` : `content/${index}.${count}`;
    const block = { key, index, isCall, isStarted, texts: new Set<string>() };
    this.#open.set(index, block);
    this.#latest = block;
    return block;
  }

  /** The block of a delta; begins a text block if there is none. */
  of(event: Place): Block {
    const index = indexOf(event);
    const found = index === null ? this.#latest : this.#open.get(index);
    return found ?? this.start(event, false, false);
  }

  /** The block that ends; null if it is not open. */
  stop(event: Place): Block | null {
    const index = indexOf(event) ?? this.#latest?.index ?? -1;
    const block = this.#open.get(index) ?? null;
    this.#open.delete(index);
    return block;
  }

  /** Ends and returns all open blocks. */
  stopAll(): readonly Block[] {
    const open = [...this.#open.values()];
    this.#open.clear();
    return open;
  }
}

function indexOf(event: Place): number | null {
  const index = event.get('index');
  return typeof index === 'number' && Number.isSafeInteger(index) && index >= 0 ? index : null;
}
