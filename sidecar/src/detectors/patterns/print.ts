import type { Node } from './syntax.ts';

/**
 * The pattern in RE2 syntax for use with the flag `u` only. Capturing groups are kept on demand only: finding their start costs RE2 its
 * fastest engine.
 */
export function printPattern(node: Node, captures = false): string {
  switch (node.kind) {
    case 'empty':
      return '(?:)';
    case 'one':
      return node.fold ? `(?i:${node.source})` : node.source;
    case 'assertion':
      return node.source;
    case 'capture':
      return `${captures ? '(' : '(?:'}${printPattern(node.item, captures)})`;
    case 'choice':
      return `(?:${node.options.map((option) => printPattern(option, captures)).join('|')})`;
    case 'sequence':
      return printItems(node.items, captures);
    case 'repeat':
      return `(?:${printPattern(node.item, captures)})${printCount(node.min, node.max)}${node.lazy ? '?' : ''}`;
    default:
      return node satisfies never;
  }
}

/** Adjacent case-insensitive items share one group: patterns stay readable in errors and small. */
function printItems(items: readonly Node[], captures: boolean): string {
  let out = '';
  let folded = '';
  for (const item of items) {
    if (item.kind === 'one' && item.fold) {
      folded += item.source;
      continue;
    }
    out += folded === '' ? '' : `(?i:${folded})`;
    folded = '';
    out += printPattern(item, captures);
  }
  return folded === '' ? out : `${out}(?i:${folded})`;
}

function printCount(min: number, max: number | null): string {
  if (max === null) return min === 0 ? '*' : min === 1 ? '+' : `{${min},}`;
  if (min === 0 && max === 1) return '?';
  return min === max ? `{${min}}` : `{${min},${max}}`;
}
