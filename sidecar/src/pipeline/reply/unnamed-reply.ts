import type { Framing } from '../../dialects/index.ts';
import { framingOf } from '../inspect/beginning.ts';
import type { ReplyBody, Trailers } from './reply-body.ts';

/** A reply whose first bytes tell whether it is a stream: nothing is sent before. */
export class UnnamedReply implements ReplyBody {
  readonly #begin: (framing: Framing | null) => ReplyBody;
  #beginning: Buffer = Buffer.alloc(0);
  #body: ReplyBody | null = null;

  constructor(begin: (framing: Framing | null) => ReplyBody) {
    this.#begin = begin;
  }

  data(chunk: Buffer): boolean {
    if (this.#body !== null) return this.#body.data(chunk);
    this.#beginning = Buffer.concat([this.#beginning, chunk]);
    const framing = framingOf(this.#beginning, false);
    return framing === undefined ? true : this.#choose(framing).data(this.#beginning);
  }

  end(trailers: Trailers): void {
    this.#settle().end(trailers);
  }

  fail(error: Error): void {
    this.#settle().fail(error);
  }

  #settle(): ReplyBody {
    if (this.#body !== null) return this.#body;
    const body = this.#choose(framingOf(this.#beginning, true) ?? null);
    if (this.#beginning.length > 0) body.data(this.#beginning);
    return body;
  }

  #choose(framing: Framing | null): ReplyBody {
    return (this.#body = this.#begin(framing));
  }
}
