import RE2 from 're2';

/** Matches whole names; case-sensitive; `*` matches any characters, `?` one. Linear in the name. */
export function compileGlobs(globs: readonly string[]): (name: string) => boolean {
  const exact = new Set(globs.filter((glob) => !/[*?]/.test(glob)));
  const wild = globs.filter((glob) => /[*?]/.test(glob));
  if (wild.includes('*')) return () => true;
  if (wild.length === 0) return (name) => exact.has(name);
  const pattern = new RE2(`^(?:${wild.map(source).join('|')})$`, 'us');
  return (name) => exact.has(name) || pattern.test(name);
}

function source(glob: string): string {
  return glob.replace(/[\\^$.*+?()[\]{}|/-]/g, (char) =>
    char === '*' ? '.*' : char === '?' ? '.' : `\\${char}`,
  );
}

/** True if every list has a matching glob. */
export function compileGlobLists(lists: readonly (readonly string[])[]): (name: string) => boolean {
  const matchers = lists.map(compileGlobs);
  return (name) => matchers.every((matches) => matches(name));
}

/** True if a name can match both. Walks the two patterns against each other: exact, and quadratic in their lengths. */
export function globsIntersect(a: string, b: string): boolean {
  let row = reachable(new Set([0]), a);
  // `row`: positions in a that match the prefix of b.
  for (let at = 0; at <= b.length; at += 1) {
    if (at === b.length) break;
    row = advance(row, a, b[at] ?? '');
    if (row.size === 0) return false;
  }
  return row.has(a.length);
}

/** Positions of `a` reachable by skipping a star. */
function reachable(positions: Iterable<number>, a: string): Set<number> {
  const all = new Set(positions);
  for (const position of all) if (a[position] === '*') all.add(position + 1);
  return all;
}

/** Positions of `a` after one symbol of `b`: one character, or for a star any number. */
function advance(row: ReadonlySet<number>, a: string, symbol: string): Set<number> {
  if (symbol !== '*') return reachable(moves(row, a, symbol), a);
  let all = new Set(row);
  for (;;) {
    const next = new Set([...all, ...reachable(moves(all, a, '?'), a)]);
    if (next.size === all.size) return next;
    all = next;
  }
}

function moves(row: ReadonlySet<number>, a: string, symbol: string): number[] {
  const next: number[] = [];
  for (const position of row) {
    const own = a[position];
    if (own === '*') next.push(position);
    else if (own !== undefined && (own === '?' || symbol === '?' || own === symbol)) next.push(position + 1);
  }
  return next;
}
