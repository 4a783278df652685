/**
 * What an argument says: strings and numbers at and below it, and keys that are data rather than names of members. Null if it contains a number
 * that no double holds exactly, so that the text of the call says another one.
 */
export function valuesIn(value: unknown): ReadonlySet<string> | null {
  const values = new Set<string>();
  return collect(value, values) ? values : null;
}

/** The values in a text that is JSON; none in other text. */
export function valuesOfText(text: string): readonly string[] {
  if (!/^\s*[[{"]/.test(text)) return [];
  try {
    return [...(valuesIn(JSON.parse(text)) ?? [])];
  } catch {
    return [];
  }
}

function collect(value: unknown, values: Set<string>): boolean {
  if (typeof value === 'string') {
    if (value.trim() !== '') values.add(value);
    return true;
  }
  if (typeof value === 'number') {
    values.add(String(value));
    return !Number.isInteger(value) || Number.isSafeInteger(value);
  }
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every((item) => collect(item, values));
  return Object.entries(value).every(([key, member]) => {
    if (isData(key, member)) values.add(key);
    return collect(member, values);
  });
}

/** `{ "W123": true }` says W123. Names of members have letters alone, and a value. */
function isData(key: string, member: unknown): boolean {
  return isEmpty(member) || !/^[A-Za-z]+(?:_[A-Za-z]+)*$/.test(key);
}

function isEmpty(member: unknown): boolean {
  if (typeof member === 'string') return member.trim() === '';
  if (typeof member === 'number') return false;
  return typeof member !== 'object' || member === null || Object.keys(member).length === 0;
}
