/**
 * The names that a condition may read arguments by: every member name and every text in it. More than it reads is harmless: an argument
 * would have to be called the same in other letters.
 */
export function namesIn(expression: string): ReadonlySet<string> {
  const found = expression.matchAll(/\.\s*([A-Za-z_]\w*)|'([^']*)'|"([^"]*)"/g);
  return new Set([...found].map(([, member, single, double]) => member ?? single ?? double ?? ''));
}

/**
 * True if tool servers that ignore the case of names would read other arguments than a condition: two names of one object are equal but for
 * case, or one is, but for case, a name that the condition reads.
 */
export function readsOtherwise(args: unknown, names: ReadonlySet<string>): boolean {
  const folded = new Map([...names].map((name) => [name.toLowerCase(), name]));
  return hasVariant(args, names, folded);
}

function hasVariant(
  value: unknown,
  names: ReadonlySet<string>,
  folded: ReadonlyMap<string, string>,
): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => hasVariant(item, names, folded));
  const keys = Object.keys(value);
  const distinct = new Set(keys.map((key) => key.toLowerCase()));
  return (
    distinct.size < keys.length ||
    keys.some((key) => !names.has(key) && folded.has(key.toLowerCase())) ||
    Object.values(value).some((item) => hasVariant(item, names, folded))
  );
}
