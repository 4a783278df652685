import type { ToolCall } from '../../exchange/index.ts';
import type { StreamCall } from '../dialect.ts';
import { Malformed } from '../malformed.ts';
import { outputKey } from './events.ts';

interface Known {
  readonly name: string;
  arguments: string;
  readonly custom: boolean;
  open: boolean;
  /** How often the item came back with another call. */
  others: number;
}

/**
 * The calls of a response. One call comes many times: in pieces, then whole with the end of its arguments, of its item and of the
 * response. It is handed on once; when a repetition says something else, that is another call, to be judged like any.
 */
export class StreamedCalls {
  readonly #known = new Map<number, Known>();

  /** The item was announced; its arguments are still to come. */
  open(index: number, name: string, custom: boolean): readonly StreamCall[] {
    if (this.#known.has(index)) throw new Malformed(outputKey(index), 'begins twice');
    this.#known.set(index, { name, arguments: custom ? '{"input":"' : '', custom, open: true, others: 0 });
    return [this.#piece(index, null, name, custom ? '{"input":"' : '')];
  }

  /** Adds a piece of the arguments at `pointer`, or of the free text of a custom tool's input. */
  add(index: number, pointer: string, text: string): readonly StreamCall[] {
    const known = this.#known.get(index);
    if (known?.open !== true) throw new Malformed(pointer, 'arguments of a call that is not open');
    const piece = known.custom ? JSON.stringify(text).slice(1, -1) : text;
    known.arguments += piece;
    return [this.#piece(index, known.custom ? null : pointer, null, piece)];
  }

  /** True while pieces of a custom tool's input are awaited. */
  isCustom(index: number): boolean {
    return this.#known.get(index)?.custom === true;
  }

  /** The arguments are complete. */
  close(index: number): { readonly calls: readonly StreamCall[]; readonly ended: readonly string[] } {
    const known = this.#known.get(index);
    if (known?.open !== true) return { calls: [], ended: [] };
    known.open = false;
    const ended = [outputKey(index)];
    if (!known.custom) return { calls: [], ended };
    known.arguments += '"}';
    return { calls: [this.#piece(index, null, null, '"}')], ended };
  }

  /** The call came whole. Nothing where it repeats what is known. */
  whole(index: number, call: Pick<ToolCall, 'name' | 'arguments'>): readonly StreamCall[] {
    const known = this.#known.get(index);
    if (known === undefined) {
      this.#known.set(index, {
        name: call.name,
        arguments: call.arguments,
        custom: false,
        open: false,
        others: 0,
      });
      return [
        { key: outputKey(index), pointer: null, name: call.name, arguments: call.arguments, whole: true },
      ];
    }
    if (known.name === call.name && known.arguments === call.arguments) return [];
    known.others++;
    const key = `${outputKey(index)}/${known.others}`;
    return [{ key, pointer: null, name: call.name, arguments: call.arguments, whole: true }];
  }

  /** The name under which a call was announced. */
  name(index: number): string | null {
    return this.#known.get(index)?.name ?? null;
  }

  #piece(index: number, pointer: string | null, name: string | null, text: string): StreamCall {
    return { key: outputKey(index), pointer, name, arguments: text, whole: false };
  }
}
