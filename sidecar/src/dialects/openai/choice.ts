import type { StreamCall, StreamFork } from '../dialect.ts';
import { Malformed } from '../malformed.ts';
import type { Repeats } from './repeats.ts';
import { StreamedCalls, type AddedPiece, type CallPiece } from './streamed-calls.ts';

/** What one element of `choices` of a chunk adds to its choice. */
export interface ChoicePiece {
  readonly choice: Choice;
  /** Pointer of the element. */
  readonly pointer: string;
  /** The number that the chunk gives the choice. */
  readonly index: number;
  /** Where running texts are: texts whose pointers begin like one of these continue from chunk to chunk; others stand alone. */
  readonly running: readonly string[];
  readonly forks: readonly StreamFork[];
  readonly calls: readonly StreamCall[];
  /** Keys of calls that are complete, since another one began. */
  readonly ended: readonly string[];
  readonly repeats: Repeats;
  /** Null also where servers write an empty one: the choice goes on. */
  readonly finishReason: string | null;
}

/** A choice of a streamed reply, and what of it is still open. */
export class Choice {
  readonly index: number;
  readonly key: string;
  finished = false;
  readonly #sideBySide: boolean;
  readonly #texts = new Set<string>();
  readonly #calls: StreamedCalls;
  #hasOthers = false;

  /** `sideBySide`: others run beside it, so that it ends with its finish reason. One that is alone goes on as long as the stream does. */
  constructor(index: number, offered: readonly string[], sideBySide: boolean) {
    this.index = index;
    this.key = `choices/${index}`;
    this.#sideBySide = sideBySide;
    this.#calls = new StreamedCalls(offered);
  }

  /**
   * The number that a chunk gives the choice, where the request asked for one alone. Clients that go by numbers and clients that take what comes
   * first in each chunk read two texts from the first other number on; returns what forks there.
   */
  numbered(index: number): readonly StreamFork[] {
    if (index === this.index || this.#hasOthers) return [];
    this.#hasOthers = true;
    return [...this.#texts].map((from) => ({ from, to: this.#own(this.index, from.slice(this.key.length)) }));
  }

  /** Notes a running text and returns its keys, one for each way to read it. @throws Malformed after the end of the choice. */
  text(index: number, below: string, pointer: string): readonly string[] {
    if (this.#isOver) throw new Malformed(pointer, 'a choice goes on after its end');
    const key = `${this.key}${below}`;
    this.#texts.add(key);
    return this.#hasOthers ? [key, this.#own(index, below)] : [key];
  }

  /** Adds a piece of a call. @throws Malformed on a call under two names, and on one that goes on after its end. */
  call(index: number, piece: CallPiece): AddedPiece {
    if (this.#isOver) throw new Malformed(piece.at, 'a choice goes on after its end');
    return this.#calls.add(`choices/${index}`, piece);
  }

  /** The choice is finished. Returns the keys that end with it. */
  finish(): readonly string[] {
    if (this.finished) return [];
    this.finished = true;
    return this.#sideBySide ? [...this.#texts, ...this.#calls.finish()] : [];
  }

  get #isOver(): boolean {
    return this.finished && this.#sideBySide;
  }

  #own(index: number, below: string): string {
    return `choices/${index}/own${below}`;
  }
}
