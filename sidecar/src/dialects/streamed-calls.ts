import { isDeepStrictEqual } from 'node:util';

import type { ToolCall } from '../exchange/index.ts';
import { parseText, readArguments } from './json/index.ts';
import type { StreamCall } from './dialect.ts';
import { Malformed } from './malformed.ts';

/** Form of the arguments of a streamed call. */
export type CallForm =
  /** JSON text, in pieces. */
  | 'json'
  /** Free text, in pieces. */
  | 'custom'
  /** An object, complete when the item is. */
  | 'action';

/** A call as announced by its item. */
export interface AnnouncedCall {
  /** Null until an event names it. */
  readonly name: string | null;
  readonly form: CallForm;
  /** Arguments in the announcement. */
  readonly arguments: string;
  /** It runs at the provider. Default: false. */
  readonly atProvider?: boolean;
}

interface Known {
  name: string | null;
  readonly form: CallForm;
  /** Pieces of its arguments arrived. */
  isStreamed: boolean;
  /** Arguments in the announcement. */
  readonly announced: string;
  arguments: string;
  open: boolean;
  /** Number of times that the item returned with another call. */
  others: number;
  /** UTF-16 code units of other events that wait for the end of the call. */
  waiting: number;
}

interface Closed {
  readonly calls: readonly StreamCall[];
  readonly ended: readonly string[];
}

const NOTHING: Closed = { calls: [], ended: [] };
/** Limit of other events about one call that may wait for its end. UTF-16 code units. */
const MAX_WAITING = 1_048_576;

/**
 * The calls of a streamed reply whose blocks or items begin and end. One call arrives repeatedly: in pieces, then whole with the end of its
 * arguments, of its item and of the response. It is returned once. A repetition that differs from the pieces is refused; if there were no
 * pieces, it is another call, to be judged separately.
 */
export class StreamedCalls {
  readonly #known = new Map<string, Known>();

  /** The item was announced, and more of it follows. Empty if it was announced before. @throws Malformed for another name. */
  open(key: string, call: AnnouncedCall): readonly StreamCall[] {
    const known = this.#known.get(key);
    if (known !== undefined) return this.#named(key, known, call);
    const first = beginningOf(call.form);
    this.#known.set(key, {
      name: call.name,
      form: call.form,
      announced: call.arguments,
      arguments: first,
      open: true,
      isStreamed: false,
      others: 0,
      waiting: 0,
    });
    return [{ ...piece(key, null, call.name, first), ...placeOf(call) }];
  }

  /**
   * Adds a piece of the arguments at `pointer` (null if it cannot be changed there), or of the free text of a custom tool's input.
   * Arguments may arrive before the name. @throws Malformed after the end of the call.
   */
  add(key: string, pointer: string | null, text: string, form: CallForm): readonly StreamCall[] {
    const begun = this.#known.has(key) ? [] : this.open(key, { name: null, form, arguments: '' });
    const known = this.#known.get(key);
    if (known?.open !== true) throw new Malformed(pointer ?? key, 'arguments of a call that is not open');
    const isText = known.form === 'custom';
    const added = isText ? JSON.stringify(text).slice(1, -1) : text;
    known.arguments += added;
    known.isStreamed ||= added !== '';
    return [...begun, piece(key, isText ? null : pointer, null, added)];
  }

  /** Makes the frame of an event about an open call wait for its end. @throws Malformed above the limit. */
  wait(key: string, chars: number): readonly StreamCall[] {
    const known = this.#known.get(key);
    if (known?.open !== true) return [];
    known.waiting += chars;
    if (known.waiting > MAX_WAITING) throw new Malformed(key, 'more events than a call may have');
    return [piece(key, null, null, '')];
  }

  /** The arguments are complete. Those of the announcement count if no others followed. @throws Malformed without a name. */
  close(key: string): Closed {
    const known = this.#known.get(key);
    if (known?.open !== true) return NOTHING;
    if (known.name === null) throw new Malformed(key, 'a call ends without a name');
    known.open = false;
    const last = this.#last(known);
    known.arguments += last;
    const calls = last === '' ? [] : [piece(key, null, null, last)];
    return { calls: [...calls, ...this.#other(key, known, announcedOf(known))], ended: [key] };
  }

  /** Completes all open calls. */
  closeAll(): Closed {
    const closed = [...this.#known.keys()].map((key) => this.close(key));
    return { calls: closed.flatMap(({ calls }) => calls), ended: closed.flatMap(({ ended }) => ended) };
  }

  /** The call arrived whole. Empty if it repeats a known one. @throws Malformed for another name. */
  whole(key: string, call: Pick<ToolCall, 'name' | 'arguments' | 'atProvider'>): Closed {
    const known = this.#known.get(key);
    if (known === undefined) {
      const { name } = call;
      this.#known.set(key, {
        name,
        form: 'json',
        announced: '',
        arguments: call.arguments,
        open: false,
        isStreamed: false,
        others: 0,
        waiting: 0,
      });
      const said = { ...piece(key, null, name, call.arguments), ...placeOf(call), whole: true };
      return { calls: [said], ended: [] };
    }
    const named = this.#named(key, known, call);
    const begun = beginningOf(known.form);
    if (known.open && known.arguments === begun && call.arguments.startsWith(begun)) {
      known.open = false;
      known.arguments = call.arguments;
      const rest = piece(key, null, null, call.arguments.slice(begun.length));
      return { calls: [...named, rest, ...this.#other(key, known, announcedOf(known))], ended: [key] };
    }
    const { calls, ended } = this.close(key);
    if (known.isStreamed && call.arguments !== '' && !saysTheSame(known.arguments, call.arguments))
      throw new Malformed(key, 'the arguments of a call differ from its deltas');
    return { calls: [...named, ...calls, ...this.#other(key, known, call.arguments)], ended };
  }

  /** True if any part of the call arrived. */
  knows(key: string): boolean {
    return this.#known.has(key);
  }

  /** The complete name of a known call. */
  name(key: string): string | null {
    return this.#known.get(key)?.name ?? null;
  }

  /** The same call with other arguments. */
  #other(key: string, known: Known, text: string | null): readonly StreamCall[] {
    if (text === null || text === known.arguments) return [];
    known.others++;
    return [{ ...piece(`${key}/${known.others}`, null, known.name, text), whole: true }];
  }

  #last({ form, arguments: text, announced }: Known): string {
    if (form === 'custom') return '"}';
    return text === '' ? announced : '';
  }

  #named(key: string, known: Known, call: Pick<AnnouncedCall, 'name' | 'atProvider'>): readonly StreamCall[] {
    const { name } = call;
    if (name === null || known.name === name) return [];
    if (known.name !== null) throw new Malformed(key, 'a call has two names');
    known.name = name;
    return [{ ...piece(key, null, name, ''), ...placeOf(call) }];
  }
}

/** A custom tool's input is free text, which becomes the only member of an arguments object. */
function beginningOf(form: CallForm): string {
  return form === 'custom' ? '{"input":"' : '';
}

/** Announced arguments that a client could use; an action is announced before it is known. */
function announcedOf({ form, announced }: Known): string | null {
  return form === 'json' && announced !== '' && announced !== '{}' ? announced : null;
}

/** Equality of JSON texts that may be formatted differently. */
function saysTheSame(a: string, b: string): boolean {
  if (a === b) return true;
  const [one, other] = [readArguments(a, ''), readArguments(b, '')];
  return one.kind !== 'text' && other.kind !== 'text' && isDeepStrictEqual(parseText(a), parseText(b));
}

function placeOf({ atProvider }: Pick<AnnouncedCall, 'atProvider'>): Pick<StreamCall, 'atProvider'> {
  return atProvider === true ? { atProvider } : {};
}

function piece(key: string, pointer: string | null, name: string | null, text: string): StreamCall {
  return { key, pointer, name, arguments: text, whole: false };
}
