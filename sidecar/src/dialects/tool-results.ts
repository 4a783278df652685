import type { Prompt, ToolResult } from '../exchange/index.ts';

/** Finds out of which tool each result of a conversation is. Calls come before their results. */
export class ToolResults {
  readonly #found: ToolResult[] = [];
  /** By call ID; null where two calls have the same one. */
  readonly #called = new Map<string, string | null>();

  /** A call of the history. IDs and names that are no strings are ignored. */
  call(id: unknown, name: unknown): void {
    if (typeof id !== 'string' || typeof name !== 'string') return;
    this.#called.set(id, (this.#called.get(id) ?? name) === name ? name : null);
  }

  /** As the member of a prompt, which is absent where there is none. */
  asMember(): Pick<Prompt, 'results'> {
    return this.#found.length === 0 ? {} : { results: this.#found };
  }

  /** A result of the call with this ID, or of the tool that the result itself names. It must not contradict itself. */
  add(pointer: string, id: unknown, named: unknown = null): void {
    const called = typeof id === 'string' ? this.#called.get(id) : undefined;
    const own = typeof named === 'string' && named !== '' ? named : undefined;
    const tool = called === undefined || own === undefined || called === own ? (called ?? own ?? null) : null;
    this.#found.push({ pointer, tool: called === null ? null : tool });
  }
}
