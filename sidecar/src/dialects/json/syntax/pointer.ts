/**
 * RFC 6901 pointers with two additions: `#` separates the pointer of a string from the pointer inside its JSON, and a last token that
 * begins with `~3` names the key of a member instead of its value. Both are unambiguous, since a key's own `~` is written `~0`, its `/`
 * `~1` and its `#` `~2`.
 */
export function childPointer(pointer: string, key: string | number): string {
  return `${pointer}/${typeof key === 'number' ? key : escapeToken(key)}`;
}

/** Pointer of the key `key` itself in the object at `pointer`. */
export function keyPointer(pointer: string, key: string): string {
  return `${pointer}/~3${escapeToken(key)}`;
}

/** A step of a pointer: into the value of a member or element, or to the key of a member. */
export interface Step {
  readonly token: string;
  readonly isKey: boolean;
}

/** Steps of a pointer without `#`; none for the whole document. */
export function pointerSteps(pointer: string): readonly Step[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((raw) => {
      const isKey = raw.startsWith('~3');
      return { token: unescapeToken(isKey ? raw.slice(2) : raw), isKey };
    });
}

function escapeToken(key: string): string {
  if (!/[~/#]/.test(key)) return key;
  return key.replaceAll('~', '~0').replaceAll('/', '~1').replaceAll('#', '~2');
}

/** `~0` last, RFC 6901 §4. */
function unescapeToken(token: string): string {
  return token.replaceAll('~2', '#').replaceAll('~1', '/').replaceAll('~0', '~');
}
