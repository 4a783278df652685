import type { StreamCall } from '../../dialects/dialect.ts';

/**
 * The name of a call as it comes in a stream. Some clients keep the first name that they see, some the last, and some put all of them together:
 * a name that comes in pieces is read in each of these ways. The same name again is no other name.
 */
export class CallName {
  #pieces: string[] = [];
  readonly #others = new Set<string>();
  /** UTF-16 code units that are kept. */
  length = 0;

  push({ name, alsoNamed = [] }: StreamCall): void {
    if (name !== null && name !== '') this.#add(name);
    for (const other of alsoNamed) this.#others.add(other);
  }

  /** `offered` are the tools that the client is known to have: a repetition that spells one of them is read so, too. */
  readings(offered: readonly { readonly name: string }[] = []): readonly string[] {
    const [first] = this.#pieces;
    if (first === undefined) return [...this.#others];
    const joined = this.#pieces.join('');
    const distinct = new Set(this.#pieces);
    const readsJoined = distinct.size > 1 || offered.some((tool) => tool.name === joined);
    return [...new Set([...(readsJoined ? [joined] : []), ...distinct, ...this.#others])];
  }

  #add(name: string): void {
    // Servers that name a call in every piece would fill the memory with nothing new.
    if (this.#pieces.length >= MOST && this.#pieces.every((piece) => piece === name)) return;
    this.#pieces.push(name);
    this.length += name.length;
  }
}

/** Repetitions that are counted. */
const MOST = 64;
