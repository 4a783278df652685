import type { StreamCall } from '../dialect.ts';
import { Malformed } from '../malformed.ts';
import type { Repeats } from './repeats.ts';

/** What one element of `choices` of a chunk adds to its choice. */
export interface ChoicePiece {
  readonly choice: Choice;
  /** Pointer of the element. */
  readonly pointer: string;
  /** Where running texts are: texts whose pointers begin like this continue from chunk to chunk; others stand alone. */
  readonly running: string;
  readonly calls: readonly StreamCall[];
  /** Keys of calls that are complete, since another one began. */
  readonly ended: readonly string[];
  readonly repeats: Repeats;
  readonly finishReason: string | null;
}

/** A piece of a call as a chunk has it. */
export interface CallPiece {
  /** Key within the choice, such as `tool_calls/0`. */
  readonly key: string;
  /** Pointer of the object that carries the piece. */
  readonly at: string;
  readonly name: string | null;
  /** Arguments as JSON text, or the free text of a custom tool's input. */
  readonly text: string;
  /** Pointer of the string that holds `text`. */
  readonly pointer: string | null;
  readonly custom: boolean;
}

/** A choice of a streamed reply, and what of it is still open. */
export class Choice {
  readonly index: number;
  readonly key: string;
  finished = false;
  readonly #texts = new Set<string>();
  readonly #calls = new Set<string>();
  #open: { readonly key: string; readonly custom: boolean } | null = null;

  constructor(index: number) {
    this.index = index;
    this.key = `choices/${index}`;
  }

  /** Notes a running text. @throws Malformed after the end of the choice. */
  text(key: string, pointer: string): void {
    if (this.finished) throw new Malformed(pointer, 'a choice goes on after its end');
    this.#texts.add(key);
  }

  /**
   * Adds a piece of a call. Returns it, after the end of the call before it where there is one.
   *
   * @throws Malformed when a call begins without a name, changes its name, or goes on after its end.
   */
  call(piece: CallPiece): { readonly calls: readonly StreamCall[]; readonly ended: readonly string[] } {
    if (this.finished) throw new Malformed(piece.at, 'a choice goes on after its end');
    const key = `${this.key}/${piece.key}`;
    const before = this.#open;
    const name = piece.name === '' ? null : piece.name;
    if (before?.key === key) {
      if (name !== null) throw new Malformed(piece.at, 'a call is named twice');
      return { calls: [this.#piece(key, piece, null, false)], ended: [] };
    }
    if (this.#calls.has(key)) throw new Malformed(piece.at, 'a call goes on after another one began');
    if (name === null) throw new Malformed(piece.at, 'a call begins without a name');
    const closing = this.closeCall();
    this.#calls.add(key);
    this.#open = { key, custom: piece.custom };
    return {
      calls: [...closing, this.#piece(key, piece, name, true)],
      ended: before === null ? [] : [before.key],
    };
  }

  /** What is left to say of the open call. */
  closeCall(): readonly StreamCall[] {
    const open = this.#open;
    this.#open = null;
    if (open?.custom !== true) return [];
    return [{ key: open.key, pointer: null, name: null, arguments: '"}', whole: false }];
  }

  /** The choice is over. Returns the keys that end with it; none when it was over already. */
  finish(): readonly string[] {
    if (this.finished) return [];
    this.finished = true;
    return [...this.#texts, ...this.#calls];
  }

  /**
   * A custom tool's input is free text, which becomes the one member of an arguments object. The text itself is a running text of
   * the choice, where it is scanned and redacted; hence no pointer here.
   */
  #piece(key: string, piece: CallPiece, name: string | null, first: boolean): StreamCall {
    if (!piece.custom) return { key, pointer: piece.pointer, name, arguments: piece.text, whole: false };
    const text = JSON.stringify(piece.text).slice(1, -1);
    return { key, pointer: null, name, arguments: first ? `{"input":"${text}` : text, whole: false };
  }
}
