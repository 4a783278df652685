import { glob } from '../../../policy/kinds/scalars.ts';
import { withoutControls } from './comment.ts';

/** True for a name that an entry can have and that stands for itself alone: no `*` or `?`, which would allow more than was seen. */
export function isPlainName(name: string): boolean {
  return !/[*?]/.test(name) && glob.safeParse(name).success;
}

/** Of a name that is printed; what it begins with says which it is. */
const LONGEST = 64;

/** Comments that say which names have no entry. */
export function leftOutLines(names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [
    '# Left out, since * and ? would stand for other names, or since no entry can have the name (spaces, control characters, over 256 characters):',
    ...[...new Set(names)].sort().map((name) => `#   ${JSON.stringify(name.slice(0, LONGEST))}`),
  ].map(withoutControls);
}
