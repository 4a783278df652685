import { EMPTY, choice, optional, sequence, type Node } from './syntax.ts';

/**
 * The pattern of all prefixes of matches of `node`, the empty one included. Searched with its end anchored at the end of the text:
 * assertions inside are judged by the surrounding text; one at the very end counts as true, because it depends on the next character.
 */
export function prefixes(node: Node): Node {
  switch (node.kind) {
    case 'empty':
    case 'assertion':
      return EMPTY;
    case 'one':
      return optional(node);
    case 'capture':
      return prefixes(node.item);
    case 'choice':
      return choice(node.options.map(prefixes));
    case 'sequence':
      return prefixesOfItems(node.items);
    case 'repeat':
      return prefixesOfRepeat(node);
    default:
      return node satisfies never;
  }
}

function prefixesOfItems(items: readonly Node[]): Node {
  return items.reduceRight<Node>((rest, item) => {
    if (rest.kind === 'empty') return prefixes(item);
    const whole = sequence([item, rest]);
    // An item of one code point or none has no inner prefix.
    return item.kind === 'one' || item.kind === 'assertion'
      ? optional(whole)
      : choice([prefixes(item), whole]);
  }, EMPTY);
}

function prefixesOfRepeat(node: Node & { kind: 'repeat' }): Node {
  if (node.max === 0) return EMPTY;
  if (node.item.kind === 'one') return { ...node, min: 0, lazy: false };
  const before: Node = {
    kind: 'repeat',
    item: node.item,
    min: 0,
    max: node.max === null ? null : node.max - 1,
    lazy: false,
  };
  return sequence(node.max === 1 ? [prefixes(node.item)] : [before, prefixes(node.item)]);
}
