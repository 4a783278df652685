import type { Node } from './syntax.ts';

/**
 * RE2 takes 5 to 20 µs to say where a match and its groups begin, the engine of JavaScript a fraction of one; but that one backtracks. It is
 * used only for patterns with so few ways through them that this cannot matter.
 */
const MAX_WAYS = 4096;

/** The same pattern for JavaScript's engine, with indices and code points; null if it has too many ways, or a syntax that differs. */
export function plainExpression(node: Node): RegExp | null {
  if (waysOf(node, true) > MAX_WAYS) return null;
  const source = printPlain(node);
  return source === null ? null : new RegExp(source, 'dgu');
}

/** How many ways a backtracking search can take through the pattern at one offset, at most. `last`: nothing follows that could fail. */
function waysOf(node: Node, last: boolean): number {
  switch (node.kind) {
    case 'empty':
    case 'assertion':
    case 'one':
      return 1;
    case 'capture':
      return waysOf(node.item, last);
    case 'choice':
      return node.options.reduce((sum, option) => sum + waysOf(option, last), 0);
    case 'sequence':
      return node.items.reduce(
        (product, item, at) => product * waysOf(item, last && at === node.items.length - 1),
        1,
      );
    case 'repeat': {
      const { item, min, max } = node;
      if (item.kind === 'one') return last ? 1 : (max ?? Infinity) - min + 1;
      const each = waysOf(item, false);
      let ways = 0;
      for (let count = min; count <= (max ?? Infinity) && ways <= MAX_WAYS; count++) ways += each ** count;
      return ways;
    }
    default:
      return node satisfies never;
  }
}

/** Null if the syntax has another meaning there. */
function printPlain(node: Node): string | null {
  switch (node.kind) {
    case 'empty':
      return '(?:)';
    case 'one':
      return printOne(node.source, node.fold);
    case 'assertion':
      return ASSERTIONS[node.source] ?? null;
    case 'capture':
      return printAll([node.item], '(', '', ')');
    case 'choice':
      return printAll(node.options, '(?:', '|', ')');
    case 'sequence':
      return printAll(node.items, '', '', '');
    case 'repeat': {
      const count = node.max === null ? `${node.min},` : `${node.min},${node.max}`;
      return printAll([node.item], '(?:', '', `){${count}}${node.lazy ? '?' : ''}`);
    }
    default:
      return node satisfies never;
  }
}

const ASSERTIONS: Readonly<Record<string, string>> = { '\\A': '^', '\\z': '$', '\\b': '\\b', '\\B': '\\B' };
const SPACES = '\\t\\n\\f\\r ';
/** Letters that other characters fold to: the Kelvin sign and the long s. */
const ALSO: Readonly<Record<string, string>> = { k: '\\u212a', s: '\\u017f' };

function printAll(nodes: readonly Node[], open: string, between: string, close: string): string | null {
  const printed: string[] = [];
  for (const node of nodes) {
    const one = printPlain(node);
    if (one === null) return null;
    printed.push(one);
  }
  return open + printed.join(between) + close;
}

function printOne(source: string, fold: boolean): string | null {
  if (fold && /^[A-Za-z]$/.test(source)) {
    const lower = source.toLowerCase();
    return `[${lower}${lower.toUpperCase()}${ALSO[lower] ?? ''}]`;
  }
  if (fold && /[A-Za-z]/.test(source.replace(/\\x\{[0-9a-f]+\}/g, ''))) return null;
  if (fold && /\\x\{(?:[89a-f][0-9a-f]|[0-9a-f]{3,})\}/.test(source)) return null;
  const isClass = source.startsWith('[');
  // Other escapes, classes by name, and groups with flags.
  if (/\\[SWPpavC]|\[:|^\(/.test(source)) return null;
  const spaced = source.replace(/\\s/g, isClass ? SPACES : `[${SPACES}]`);
  return spaced === '.' ? '[^\\n]' : spaced.replace(/\\x\{([0-9a-f]+)\}/g, '\\u{$1}');
}
