import type { Origin, ToolCall } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';
import { PartialCall } from './partial-call.ts';
import { field } from './fields.ts';

/** Assembles the calls of a whole content whose arguments are in pieces: joined streams, and histories of them. */
export class GatheredCalls {
  readonly #calls: ToolCall[];
  readonly #origin: Origin;
  #open: { readonly call: PartialCall; readonly pointer: string } | null = null;

  /** `calls` receives the assembled ones. */
  constructor(calls: ToolCall[], origin: Origin) {
    this.#calls = calls;
    this.#origin = origin;
  }

  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** The next piece; one with its own name begins another call. @throws Malformed without a name */
  take(call: Place, { pointer }: Place): void {
    const name = call.label('name');
    if (name !== null && name !== this.#open?.call.name) this.end();
    this.#open ??= { call: new PartialCall(pointer, call.requiredLabel('name')), pointer };
    if (call.has('args')) throw call.malformed('args', 'arguments come in pieces, or whole');
    const { call: partial } = this.#open;
    for (const { path, place, member } of partial.take(call, this.#origin))
      place.text(member, this.#origin, 'tool_arguments', `${this.#open.pointer}/${path}`);
    if (call.boolean(field(call, 'willContinue')) !== true) this.#close(false);
  }

  /** The content ended: an open call was truncated. */
  end(): void {
    this.#close(true);
  }

  #close(uncertain: boolean): void {
    if (this.#open === null) return;
    const { pointer, call } = this.#open;
    const { name, arguments: text } = call;
    this.#calls.push({ pointer, name, arguments: text, ...(uncertain ? { uncertain } : {}) });
    this.#open = null;
  }
}
