/** One operation of a JSON Patch (RFC 6902). */
export type PatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };

type JsonObject = Readonly<Record<string, unknown>>;

/** RFC 6901 §3 */
function escape(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Own properties only: `constructor` and `valueOf` are keys like any other. */
function at(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** Equality of JSON values: the order of keys does not count, absent and undefined are equal. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => sameJson(item, right[index]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => sameJson(at(left, key), at(right, key)));
}

function replaced(path: string, from: unknown, to: unknown): PatchOperation[] {
  return [
    { op: 'test', path, value: from },
    { op: 'replace', path, value: to },
  ];
}

function diffObjects(path: string, from: JsonObject, to: JsonObject): PatchOperation[] {
  const operations: PatchOperation[] = [];
  for (const key of Object.keys(from)) {
    const here = `${path}/${escape(key)}`;
    if (at(from, key) === undefined || at(to, key) !== undefined) continue;
    operations.push({ op: 'test', path: here, value: at(from, key) }, { op: 'remove', path: here });
  }
  for (const key of Object.keys(to)) {
    const here = `${path}/${escape(key)}`;
    const [before, after] = [at(from, key), at(to, key)];
    if (after === undefined) continue;
    if (before === undefined) operations.push({ op: 'add', path: here, value: after });
    else operations.push(...diff(here, before, after));
  }
  return operations;
}

function nameOf(item: unknown): string | null {
  return isObject(item) && typeof item['name'] === 'string' ? item['name'] : null;
}

/** Items with the same identity in both versions of an array. */
function sameItem(left: unknown, right: unknown): boolean {
  const name = nameOf(left);
  return name === null ? sameJson(left, right) : name === nameOf(right);
}

/** The tested part of an item: its name, else all of it. */
function guard(path: string, item: unknown): PatchOperation {
  const name = nameOf(item);
  return name === null
    ? { op: 'test', path, value: item }
    : { op: 'test', path: `${path}/name`, value: name };
}

/**
 * Lengths of longest common subsequences of the tails. Quadratic, which is fine for the few items of a pod's arrays; the arrays that
 * injection changes never exceed a million cells.
 */
function tails(from: readonly unknown[], to: readonly unknown[]): number[][] {
  const table = Array.from({ length: from.length + 1 }, () => new Array<number>(to.length + 1).fill(0));
  for (let i = from.length - 1; i >= 0; i -= 1) {
    for (let j = to.length - 1; j >= 0; j -= 1) {
      const row = table[i];
      if (row === undefined) continue;
      row[j] = sameItem(from[i], to[j])
        ? (table[i + 1]?.[j + 1] ?? 0) + 1
        : Math.max(table[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return table;
}

/** Edits an array in place from front to back. Indexes refer to the array at the time of the operation. */
function diffArrays(path: string, from: readonly unknown[], to: readonly unknown[]): PatchOperation[] {
  const table = tails(from, to);
  const operations: PatchOperation[] = [];
  let i = 0;
  let index = 0;
  for (let j = 0; i < from.length || j < to.length;) {
    const here = `${path}/${index}`;
    if (i < from.length && j < to.length && sameItem(from[i], to[j])) {
      const inner = diff(here, from[i], to[j]);
      if (inner.length > 0) operations.push(guard(here, from[i]), ...inner);
      i += 1;
      j += 1;
      index += 1;
    } else if (j < to.length && (i === from.length || (table[i]?.[j + 1] ?? 0) >= (table[i + 1]?.[j] ?? 0))) {
      if (i < from.length) operations.push(guard(here, from[i]));
      operations.push({ op: 'add', path: here, value: to[j] });
      j += 1;
      index += 1;
    } else {
      operations.push(guard(here, from[i]), { op: 'remove', path: here });
      i += 1;
    }
  }
  return operations;
}

function diff(path: string, from: unknown, to: unknown): PatchOperation[] {
  if (sameJson(from, to)) return [];
  if (Array.isArray(from) && Array.isArray(to)) return diffArrays(path, from, to);
  if (isObject(from) && isObject(to)) return diffObjects(path, from, to);
  return replaced(path, from, to);
}

/**
 * The smallest edits that turn one JSON value into another. Replaced, removed and shifted items are tested first, so that a patch fails as
 * a whole on another object; arrays are edited item by item, never replaced.
 */
export function jsonPatch(from: unknown, to: unknown): readonly PatchOperation[] {
  return diff('', from, to);
}
