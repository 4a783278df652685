import {
  applyEdits,
  isArray,
  isObject,
  removeParts,
  type Edit,
  type JsonValue,
  type ParsedJson,
} from '../../dialects/index.ts';

/**
 * The text of a reply with its edits. A part signed by the server is removed whole if an edit touches it: the server rejects a later
 * request with an invalid signature.
 */
export function withEdits({ value, text }: ParsedJson<JsonValue>, edits: readonly Edit[]): string {
  const gone = new Set(edits.flatMap(({ pointer }) => signedAbove(value, pointer) ?? []));
  const kept = edits.filter(({ pointer }) => ![...gone].some((part) => pointer.startsWith(`${part}/`)));
  return removeParts(applyEdits(text, kept), [...gone]);
}

/** Pointer of the signed array element that contains `pointer`; null if there is none. */
function signedAbove(root: JsonValue, pointer: string): string | null {
  let value: JsonValue | undefined = root;
  let at = '';
  for (const token of pointer.split('/').slice(1)) {
    const inArray = isArray(value);
    value = childOf(value, token.replaceAll('~1', '/').replaceAll('~0', '~'));
    at += `/${token}`;
    if (inArray && isObject(value) && isSigned(value['signature'])) return at;
  }
  return null;
}

function childOf(value: JsonValue | undefined, token: string): JsonValue | undefined {
  if (isArray(value)) return value[Number(token)];
  return isObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
}

function isSigned(signature: JsonValue | undefined): boolean {
  return typeof signature === 'string' && signature !== '';
}

/** Clears members that repeat the text token by token and would reveal a redaction. */
export function nulls(pointers: readonly string[] = []): readonly Edit[] {
  return pointers.map((pointer) => ({ pointer, replacement: null }));
}
