/**
 * A regular expression in RE2's syntax, with its flags resolved into the nodes. Distinguishes only what the derivations need: items of
 * exactly one code point, assertions, and their combinations.
 */
export type Node =
  | { readonly kind: 'empty' }
  /** Exactly one code point. `source` is self-contained RE2 syntax; `fold` ignores case. */
  | { readonly kind: 'one'; readonly source: string; readonly fold: boolean }
  /** Zero width: word boundaries, text and line ends. */
  | { readonly kind: 'assertion'; readonly source: string }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | {
      readonly kind: 'repeat';
      readonly item: Node;
      readonly min: number;
      /** Null: unlimited. */
      readonly max: number | null;
      readonly lazy: boolean;
    }
  /** A capturing group; other groups have no node. */
  | { readonly kind: 'capture'; readonly item: Node };

export const EMPTY: Node = { kind: 'empty' };

export function sequence(items: readonly Node[]): Node {
  const flat = items.flatMap((item) =>
    item.kind === 'sequence' ? item.items : item.kind === 'empty' ? [] : [item],
  );
  const [first] = flat;
  if (first === undefined) return EMPTY;
  return flat.length === 1 ? first : { kind: 'sequence', items: flat };
}

export function choice(options: readonly Node[]): Node {
  const [first] = options;
  if (first === undefined) return EMPTY;
  return options.length === 1 ? first : { kind: 'choice', options };
}

export function optional(item: Node): Node {
  return item.kind === 'empty' ? EMPTY : { kind: 'repeat', item, min: 0, max: 1, lazy: false };
}

/** Maximum length of a match in code points; Infinity if unlimited. */
export function longest(node: Node): number {
  switch (node.kind) {
    case 'empty':
    case 'assertion':
      return 0;
    case 'one':
      return 1;
    case 'capture':
      return longest(node.item);
    case 'sequence':
      return node.items.reduce((sum, item) => sum + longest(item), 0);
    case 'choice':
      return Math.max(...node.options.map(longest));
    case 'repeat': {
      const item = longest(node.item);
      if (item === 0 || node.max === 0) return 0;
      return node.max === null ? Infinity : item * node.max;
    }
    default:
      return node satisfies never;
  }
}

/** Minimum length of a match in code points. */
export function shortest(node: Node): number {
  switch (node.kind) {
    case 'empty':
    case 'assertion':
      return 0;
    case 'one':
      return 1;
    case 'capture':
      return shortest(node.item);
    case 'sequence':
      return node.items.reduce((sum, item) => sum + shortest(item), 0);
    case 'choice':
      return Math.min(...node.options.map(shortest));
    case 'repeat':
      return node.min * shortest(node.item);
    default:
      return node satisfies never;
  }
}

/** Approximate number of RE2 instructions. */
export function weight(node: Node): number {
  switch (node.kind) {
    case 'empty':
    case 'assertion':
    case 'one':
      return 1;
    case 'capture':
      return weight(node.item);
    case 'sequence':
      return node.items.reduce((sum, item) => sum + weight(item), 0);
    case 'choice':
      return node.options.reduce((sum, option) => sum + weight(option), 0);
    case 'repeat':
      return weight(node.item) * Math.max(1, node.max ?? node.min);
    default:
      return node satisfies never;
  }
}
