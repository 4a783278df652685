import type { Refusal } from '../exchange/index.ts';
import type { FrameContent, StreamReader } from './dialect.ts';
import { Malformed } from './malformed.ts';

/** For routes with whole replies: a stream there is invalid. */
export class Unstreamed implements StreamReader {
  readonly #render: (refusal: Refusal) => string;

  /** `render`: the text of an error in the dialect. */
  constructor(render: (refusal: Refusal) => string) {
    this.#render = render;
  }

  read(): FrameContent {
    throw new Malformed('stream', 'replies on this route are not streamed');
  }

  complete(): boolean {
    return false;
  }

  finish(refusal: Refusal): string {
    return this.#render(refusal);
  }

  raise(refusal: Refusal): string {
    return this.#render(refusal);
  }

  released(): void {
    // No frame is ever released: `read` accepts none.
  }
}
