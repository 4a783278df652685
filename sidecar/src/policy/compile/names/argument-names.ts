/**
 * One form of the names that tool servers may take for one: some ignore case, as Go's encoding/json does with all of Unicode's simple foldings,
 * some convert between `orderId`, `order_id` and `order-id`.
 */
export function foldName(name: string): string {
  return name
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .replace(/[\s_-]/gu, '');
}

/**
 * The names that a condition may read arguments by: every member name and every text in it. More than it reads is harmless: an argument
 * would have to be called the same in other letters. `expr`: the parsed expression.
 */
export function namesIn(expr: unknown): ReadonlySet<string> {
  const names = new Set<string>();
  collect(expr, names);
  return names;
}

/** The texts that a condition is written with, to which it may compare the name of a tool. `expr`: the parsed expression. */
export function textsIn(expr: unknown): ReadonlySet<string> {
  const texts = new Set<string>();
  collect(expr, texts, 'texts');
  return texts;
}

/** A node of the tree is a message whose oneofs are `{ case, value }`. */
function collect(node: unknown, names: Set<string>, what: 'names' | 'texts' = 'names'): void {
  if (Array.isArray(node)) for (const item of node) collect(item, names, what);
  else if (typeof node === 'object' && node !== null) {
    const { case: kind, value, field } = node as { case?: unknown; value?: unknown; field?: unknown };
    if (kind === 'stringValue' && typeof value === 'string') names.add(value);
    if (what === 'names' && typeof field === 'string') names.add(field);
    for (const member of Object.values(node)) collect(member, names, what);
  }
}

/**
 * Tells whether tool servers that fold names (`foldName`) would read other arguments than a condition with these names: two names of one
 * object fold to one, or one folds to a name that the condition reads and is not that name.
 */
export function variantFinder(names: ReadonlySet<string>): (args: unknown) => boolean {
  const folded = new Set([...names].map(foldName));
  return (args) => hasVariant(args, names, folded);
}

function hasVariant(value: unknown, names: ReadonlySet<string>, folded: ReadonlySet<string>): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => hasVariant(item, names, folded));
  const keys = Object.keys(value);
  return (
    new Set(keys.map(foldName)).size < keys.length ||
    keys.some((key) => !names.has(key) && folded.has(foldName(key))) ||
    Object.values(value).some((item) => hasVariant(item, names, folded))
  );
}
