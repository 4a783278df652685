import { createHash } from 'node:crypto';

import { isArray, isObject, type JsonObject, type JsonValue } from '../json/index.ts';

/** Members that neither models nor people read. */
const LEFT_OUT: ReadonlySet<string> = new Set(['_meta', 'icons']);

/** Lower-case hex of the SHA-256 of a tool's definition in the canonical form of RFC 8785, without `_meta` and `icons`. */
export function definitionHash(tool: JsonObject): string {
  const kept = Object.fromEntries(Object.entries(tool).filter(([key]) => !LEFT_OUT.has(key)));
  return createHash('sha256').update(canonicalJson(kept)).digest('hex');
}

/** RFC 8785: `JSON.stringify` formats numbers and strings accordingly; members are sorted by UTF-16 code units. */
function canonicalJson(value: JsonValue): string {
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
  return `{${members.join(',')}}`;
}
