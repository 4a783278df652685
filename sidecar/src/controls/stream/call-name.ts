import type { StreamCall } from '../../dialects/dialect.ts';

/**
 * The name of a streamed call. Clients differ: some keep the first name, some the last, some concatenate all. A name in pieces is read in
 * each of these ways; a repeated name is one name.
 */
export class CallName {
  #pieces: string[] = [];
  readonly #others = new Set<string>();
  /** UTF-16 code units retained. */
  length = 0;

  push({ name, alsoNamed = [] }: StreamCall): void {
    if (name !== null && name !== '') this.#add(name);
    for (const other of alsoNamed) this.#others.add(other);
  }

  /** `offered`: the tools that the client knows. A repetition that spells one of them is also read as that name. */
  readings(offered: readonly { readonly name: string }[] = []): readonly string[] {
    const [first] = this.#pieces;
    if (first === undefined) return [...this.#others];
    const joined = this.#pieces.join('');
    const distinct = new Set(this.#pieces);
    const readsJoined = distinct.size > 1 || offered.some((tool) => tool.name === joined);
    return [...new Set([...(readsJoined ? [joined] : []), ...distinct, ...this.#others])];
  }

  #add(name: string): void {
    // Servers that repeat the name in every piece would fill memory.
    if (this.#pieces.length >= MOST && this.#pieces.every((piece) => piece === name)) return;
    this.#pieces.push(name);
    this.length += name.length;
  }
}

/** Limit of counted repetitions. */
const MOST = 64;
