import type { Medium } from '../../exchange/index.ts';
import { isArray, isObject } from './syntax/parse.ts';
import type { JsonValue } from './syntax/value.ts';

/** A part of a request that only refers to data or seals it: a string, or objects of strings. */
export function opaque(pointer: string, value: JsonValue): Medium {
  const references = referencesIn(value);
  const medium = { pointer, kind: 'opaque' } as const;
  return references === null || references.length === 0 ? medium : { ...medium, references };
}

/** The strings of a value, except `type`; null if it also contains numbers or booleans. */
export function referencesIn(value: JsonValue): readonly string[] | null {
  if (value === null) return [];
  if (typeof value === 'string') return [value];
  const below = isArray(value) ? value : isObject(value) ? membersOf(value) : null;
  if (below === null) return null;
  const all = below.map(referencesIn);
  return all.includes(null) ? null : all.flatMap((strings) => strings ?? []);
}

function membersOf(value: Readonly<Record<string, JsonValue>>): readonly JsonValue[] {
  return Object.entries(value).flatMap(([key, item]) => (key === 'type' ? [] : [item]));
}
