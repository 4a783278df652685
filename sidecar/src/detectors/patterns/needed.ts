import { RELAX_BOUND, relax } from './relax.ts';
import { choice, longest, sequence, shortest, type Node } from './syntax.ts';

/**
 * Patterns of which each match of `node` contains a match: its parts on both sides of long gaps. A gap would stay open up to the end of a
 * line, once for every pattern, and a set of patterns has to distinguish all combinations of open gaps.
 *
 * @param grouped only matches of the capturing group count
 */
export function neededParts(node: Node, grouped: boolean): readonly Node[] {
  const whole = grouped ? capturing(node) : node;
  if (whole.kind !== 'sequence') return [relax(whole)];
  const parts: Node[] = [];
  let items: Node[] = [];
  const close = (): void => {
    const part = sequence(items);
    if (shortest(part) > 0) parts.push(relax(part));
    items = [];
  };
  for (const item of whole.items) {
    if (isGap(item)) close();
    else items.push(item);
  }
  close();
  return parts.length === 0 ? [relax(whole)] : parts;
}

/** A long run of nearly any character. Runs of few characters stay: they end by themselves. */
function isGap(node: Node): boolean {
  if (shortest(node) > 0 || longest(node) <= RELAX_BOUND) return false;
  if (node.kind === 'choice') return node.options.some(isGap);
  return (
    node.kind === 'repeat' && node.item.kind === 'one' && /^(?:\[\^|\.|\(\?s:\.\))/.test(node.item.source)
  );
}

/** A pattern that every match of an alternative that excludes lookalikes contains. Null if there is none. */
export function excludedParts(node: Node): Node | null {
  if (node.kind !== 'choice') return null;
  const options = node.options.filter((option) => !hasCapture(option)).map(relax);
  return options.length === 0 ? null : choice(options);
}

/** Without the alternatives that exclude lookalikes: they have no group. */
function capturing(node: Node): Node {
  if (node.kind !== 'choice') return node;
  const options = node.options.filter(hasCapture);
  const [only] = options;
  if (only === undefined) return node;
  return options.length === 1 ? only : { kind: 'choice', options };
}

function hasCapture(node: Node): boolean {
  switch (node.kind) {
    case 'empty':
    case 'one':
    case 'assertion':
      return false;
    case 'capture':
      return true;
    case 'sequence':
      return node.items.some(hasCapture);
    case 'choice':
      return node.options.some(hasCapture);
    case 'repeat':
      return hasCapture(node.item);
    default:
      return node satisfies never;
  }
}
