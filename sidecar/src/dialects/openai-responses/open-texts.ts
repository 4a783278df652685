/** The open running texts of a stream, by key. A key belongs to an item or to a part of it: `0/content/1`. */
export class OpenTexts {
  /** False once a text has ended. */
  readonly #open = new Map<string, boolean>();

  /** Opens a text, or continues it. Returns false if it has ended. */
  open(key: string): boolean {
    if (this.#open.get(key) === false) return false;
    this.#open.set(key, true);
    return true;
  }

  /** Ends the text at `key` and all below it. Returns the keys of those that were open. */
  end(key: string): readonly string[] {
    const ended = [...this.#open].flatMap(([text, open]) =>
      open && (text === key || text.startsWith(`${key}/`)) ? [text] : [],
    );
    for (const text of ended) this.#open.set(text, false);
    return ended;
  }
}
