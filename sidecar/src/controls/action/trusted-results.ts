import type { Prompt, ToolResult } from '../../exchange/index.ts';

/** What encloses a place of a request. */
export interface Enclosing {
  readonly result: ToolResult;
  readonly isTrusted: boolean;
}

/** Which parts of a request are results of tools, and of trusted ones. */
export class TrustedResults {
  readonly #results = new Map<string, Enclosing>();

  constructor({ results = [] }: Prompt, trusts: (tool: string) => boolean) {
    for (const result of results) {
      const isTrusted = result.tools.length > 0 && result.tools.every(trusts);
      this.#results.set(result.pointer, { result, isTrusted });
    }
  }

  /**
   * The outermost result around a place; null outside of results. One within another counts only with the outer: a tool may return what looks
   * like a result of another.
   */
  around(pointer: string): Enclosing | null {
    if (this.#results.size === 0) return null;
    let found: Enclosing | null = null;
    for (let end = pointer.length; end > 0; end = pointer.lastIndexOf('/', end - 1)) {
      const enclosing = this.#results.get(pointer.slice(0, end));
      if (enclosing === undefined) continue;
      if (!enclosing.isTrusted) return enclosing;
      found = enclosing;
    }
    return found;
  }
}
