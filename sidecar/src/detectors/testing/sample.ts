import RE2 from 're2';
import { printPattern } from '../patterns/print.ts';
import type { Node } from '../patterns/syntax.ts';

/** Picks from `0` to `count - 1`. */
export type Pick = (count: number) => number;

/** So many more than the least, where a repetition may go on. */
const MORE = 4;
const CANDIDATES = [
  ...Array.from({ length: 95 }, (_, at) => String.fromCharCode(32 + at)),
  '\n',
  '\t',
  'é',
  '日',
  '🔥',
];
const alphabets = new Map<string, readonly string[]>();

/** A text of the shape of `node`: assertions are not looked at, so it may be none of its matches. For tests and measurements. */
export function sample(node: Node, pick: Pick): string {
  switch (node.kind) {
    case 'empty':
    case 'assertion':
      return '';
    case 'one': {
      const alphabet = alphabetOf(node);
      return alphabet[pick(alphabet.length)] ?? '';
    }
    case 'capture':
      return sample(node.item, pick);
    case 'sequence':
      return node.items.map((item) => sample(item, pick)).join('');
    case 'choice': {
      const option = node.options[pick(node.options.length)];
      return option === undefined ? '' : sample(option, pick);
    }
    case 'repeat': {
      const most = Math.min(node.max ?? Infinity, node.min + MORE);
      return Array.from({ length: node.min + pick(most - node.min + 1) }, () => sample(node.item, pick)).join(
        '',
      );
    }
    default:
      return node satisfies never;
  }
}

/** The same with one character less, more or other, or cut short: what almost is a match. */
export function nearMiss(node: Node, pick: Pick): string {
  const text = Array.from(sample(node, pick));
  const at = pick(Math.max(1, text.length));
  const other = text[pick(Math.max(1, text.length))] ?? '';
  const kind = pick(5);
  if (kind === 0) return text.slice(0, at).join('');
  if (kind === 1) text.splice(at, 1);
  else if (kind === 2) text.splice(at, 0, other);
  else if (kind === 3) text.splice(at, 1, other);
  return text.join('');
}

/** Numbers that look random and are the same for the same seed. */
export function pickFrom(seed: number): Pick {
  let state = (seed ^ 0x9e3779b9) | 0;
  return (count) => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x165667b1;
    return ((state ^ (state >>> 12)) >>> 0) % count;
  };
}

function alphabetOf(node: Node & { kind: 'one' }): readonly string[] {
  const source = printPattern(node);
  let known = alphabets.get(source);
  if (known === undefined) {
    const one = new RE2(`^${source}$`, 'u');
    known = CANDIDATES.filter((candidate) => one.test(candidate));
    alphabets.set(source, known);
  }
  return known;
}
