function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function nameOf(value: unknown): string | null {
  return isObject(value) && typeof value['name'] === 'string' ? value['name'] : null;
}

function mergeLists(target: readonly unknown[], patch: readonly unknown[]): readonly unknown[] {
  if (patch.some((item) => nameOf(item) === null)) return patch;
  const given = target.map((item) => {
    const change = patch.find((each) => nameOf(each) === nameOf(item));
    return change === undefined ? item : merge(item, change);
  });
  return [...given, ...patch.filter((each) => !target.some((item) => nameOf(item) === nameOf(each)))];
}

/** As `kubectl patch` merges: null removes a member; lists of things with names are merged by name, other lists are replaced. */
export function merge(target: unknown, patch: unknown): unknown {
  if (Array.isArray(patch)) return Array.isArray(target) ? mergeLists(target, patch) : patch;
  if (!isObject(patch)) return patch;
  const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(merged, name);
    else merged[name] = merge(merged[name], value);
  }
  return merged;
}
