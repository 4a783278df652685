import { choice, sequence, type Node } from './syntax.ts';

/**
 * Counts up to this stay exact. Larger ones make the automaton of a set of patterns explode on base64 and other token-like text: it has to
 * distinguish every count of every pattern.
 */
export const RELAX_BOUND = 8;

/** A pattern that matches wherever `node` matches, and possibly elsewhere, without large counts. The same node if nothing changes. */
export function relax(node: Node): Node {
  switch (node.kind) {
    case 'empty':
    case 'one':
    case 'assertion':
      return node;
    case 'capture': {
      const item = relax(node.item);
      return item === node.item ? node : { kind: 'capture', item };
    }
    case 'sequence': {
      const items = node.items.map(relax);
      return items.every((item, at) => item === node.items[at]) ? node : sequence(items);
    }
    case 'choice': {
      const options = node.options.map(relax);
      return options.every((option, at) => option === node.options[at]) ? node : choice(options);
    }
    case 'repeat': {
      const item = relax(node.item);
      const large = node.min > RELAX_BOUND || (node.max ?? 0) > RELAX_BOUND;
      if (!large && item === node.item) return node;
      if (!large) return { ...node, item };
      return { ...node, item, min: Math.min(node.min, RELAX_BOUND), max: null };
    }
    default:
      return node satisfies never;
  }
}
