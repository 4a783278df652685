import type { StreamCall, StreamFork } from '../dialect.ts';
import { Malformed } from '../malformed.ts';
import type { Repeats } from './repeats.ts';
import { StreamedCalls, type AddedPiece, type CallPiece } from './streamed-calls.ts';

/** The contribution of one element of `choices` in a chunk to its choice. */
export interface ChoicePiece {
  readonly choice: Choice;
  /** Pointer of the element. */
  readonly pointer: string;
  /** The chunk's number of the choice. */
  readonly index: number;
  /** Pointer prefixes of running texts, which continue from chunk to chunk; other texts stand alone. */
  readonly running: readonly string[];
  readonly forks: readonly StreamFork[];
  readonly calls: readonly StreamCall[];
  /** Keys of calls that are complete, since another one began. */
  readonly ended: readonly string[];
  readonly repeats: Repeats;
  /** Null also for an empty one: the choice continues. */
  readonly finishReason: string | null;
}

/** A choice of a streamed reply, and its open texts and calls. */
export class Choice {
  readonly index: number;
  readonly key: string;
  finished = false;
  readonly #sideBySide: boolean;
  readonly #texts = new Set<string>();
  readonly #calls: StreamedCalls;
  #hasOthers = false;

  /** `sideBySide`: there are several choices, so that it ends with its finish reason. A single one continues until the stream ends. */
  constructor(index: number, offered: readonly string[], sideBySide: boolean) {
    this.index = index;
    this.key = `choices/${index}`;
    this.#sideBySide = sideBySide;
    this.#calls = new StreamedCalls(offered);
  }

  /**
   * The chunk's number of the choice, if the request asked for one choice. From the first other number on, clients that use numbers and
   * clients that take the first element of each chunk read two texts; returns the forks.
   */
  numbered(index: number): readonly StreamFork[] {
    if (index === this.index || this.#hasOthers) return [];
    this.#hasOthers = true;
    return [...this.#texts].map((from) => ({ from, to: this.#own(this.index, from.slice(this.key.length)) }));
  }

  /** Notes a running text and returns its keys, one for each reading. @throws Malformed after the end of the choice. */
  text(index: number, below: string, pointer: string): readonly string[] {
    if (this.#isOver) throw new Malformed(pointer, 'a choice goes on after its end');
    const key = `${this.key}${below}`;
    this.#texts.add(key);
    return this.#hasOthers ? [key, this.#own(index, below)] : [key];
  }

  /** Adds a piece of a call. @throws Malformed on a call under two names, and on one that continues after its end. */
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
