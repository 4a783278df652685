import type { Frame } from '../dialect.ts';
import { parseObject } from '../json/index.ts';

/** What the client has seen of a streamed message, which is less than what was read. */
export class SeenMessage {
  #started = false;
  #stopped = false;
  readonly #open = new Set<number>();

  get started(): boolean {
    return this.#started;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Indexes of the blocks that the client saw start and not stop. */
  get open(): readonly number[] {
    return [...this.#open];
  }

  /** `frame` was read before, so it is well-formed. */
  note(frame: Frame): void {
    switch (frame.event) {
      case 'message_start':
        this.#started = true;
        return;
      case 'message_stop':
        this.#stopped = true;
        return;
      case 'content_block_start':
        this.#open.add(indexOf(frame));
        return;
      case 'content_block_stop':
        this.#open.delete(indexOf(frame));
        return;
      default:
        return;
    }
  }
}

function indexOf(frame: Frame): number {
  return Number(parseObject(frame.data)['index']);
}
