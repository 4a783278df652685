import type { Prompt } from '../../exchange/index.ts';

/** Which parts of a request are results of tools, and of trusted ones. */
export class TrustedResults {
  readonly #trusted = new Map<string, boolean>();

  constructor({ results = [] }: Prompt, trusts: (tool: string) => boolean) {
    for (const { pointer, tool } of results) this.#trusted.set(pointer, tool !== null && trusts(tool));
  }

  /** Null outside of results. One within another counts only with the outer: a tool may return what looks like a result of another. */
  trustOf(pointer: string): 'trusted' | 'untrusted' | null {
    if (this.#trusted.size === 0) return null;
    let found: 'trusted' | 'untrusted' | null = null;
    for (let end = pointer.length; end > 0; end = pointer.lastIndexOf('/', end - 1)) {
      const trusted = this.#trusted.get(pointer.slice(0, end));
      if (trusted === false) return 'untrusted';
      if (trusted === true) found = 'trusted';
    }
    return found;
  }
}
