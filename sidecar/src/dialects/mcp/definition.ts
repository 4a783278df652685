import { createHash } from 'node:crypto';

import { isArray, isObject, type JsonObject, type JsonValue } from '../json/index.ts';

/** Members that neither models nor people read. */
const LEFT_OUT: ReadonlySet<string> = new Set(['_meta', 'icons']);

/** Lower-case hex of the SHA-256 of a tool's definition in the canonical form of RFC 8785, without `_meta` and `icons`. */
export function definitionHash(tool: JsonObject): string {
  return hashWithout(tool, LEFT_OUT);
}

/** The same of a tool that a request offers, without `cache_control`, which clients move from one tool to another. Null if there is none at the place. */
export function offerHash(request: JsonObject, pointer: string): string | null {
  let value: JsonValue | undefined = request;
  for (const token of pointer.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~');
    if (isArray(value)) value = value[Number(key)];
    else value = value !== undefined && isObject(value) ? value[key] : undefined;
  }
  if (value === undefined) return null;
  return hashWithout(isObject(value) ? value : { value }, MOVED);
}

const MOVED: ReadonlySet<string> = new Set(['cache_control']);

function hashWithout(tool: JsonObject, leftOut: ReadonlySet<string>): string {
  const kept = Object.fromEntries(Object.entries(tool).filter(([key]) => !leftOut.has(key)));
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
