import RE2 from 're2';
import { prefixes } from './prefixes.ts';
import { printPattern } from './print.ts';
import { choice, type Node } from './syntax.ts';

/**
 * Where a stream must hold its text: the earliest offset from which a prefix of some pattern reaches the end. The search is tied to the
 * end, so RE2 runs it backwards and stops as soon as no pattern can reach further: its cost follows what is held, not the text.
 */
export class Holder {
  readonly #searches: readonly RE2[];

  constructor(nodes: readonly Node[]) {
    this.#searches = nodes.length === 0 ? [] : compile(nodes.map(prefixes));
  }

  hold(text: string): number {
    let hold = text.length;
    for (const search of this.#searches) {
      const at = search.search(text);
      if (at >= 0 && at < hold) hold = at;
    }
    return hold;
  }
}

/** One expression if RE2 takes it, else halves of it. */
function compile(nodes: readonly Node[]): readonly RE2[] {
  try {
    return [new RE2(`${printPattern(choice(nodes))}\\z`, 'u')];
  } catch (error) {
    if (nodes.length < 2) throw error;
    const half = nodes.length >> 1;
    return [...compile(nodes.slice(0, half)), ...compile(nodes.slice(half))];
  }
}

/** Without a high surrogate at the end: what it belongs to has not arrived. */
export function withoutHalf(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}
