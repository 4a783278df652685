/** What an audit line may hold. Integers only, so that every reader of JSON agrees on every number. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** The value cannot be written in canonical form. The text names the kind of fault, never the value. */
export class CanonicalError extends Error {
  override readonly name = 'CanonicalError';
}

/** Lines are flat; anything deeper was not written by the sidecar. Bounds the recursion. */
const MAX_DEPTH = 32;

const loneSurrogate = /\p{Surrogate}/u;
/** ASCII that JSON writes as it is. Most strings of a record are of this kind, and the test costs a quarter of `JSON.stringify`. */
const plain = /^[ !#-[\]-~]*$/;

/** JSON writes the text between quotes as it is. */
export function isPlain(text: string): boolean {
  return plain.test(text);
}

/**
 * RFC 8785 §3.2.2.2. `JSON.stringify` is the reference there, except that it escapes lone surrogates, where the RFC demands an error.
 * @throws CanonicalError on a lone surrogate.
 */
export function quote(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  if (loneSurrogate.test(text)) throw new CanonicalError('a string is not well-formed UTF-16');
  return JSON.stringify(text);
}

/** The text with each lone surrogate replaced by U+FFFD, as `String.prototype.toWellFormed` does. */
export function wellFormed(text: string): string {
  return plain.test(text) ? text : text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/**
 * RFC 8785 (JSON Canonicalization Scheme), for integers only unless `number` writes others too.
 * @throws CanonicalError on fractions, integers beyond 2^53 - 1, lone surrogates and nesting beyond 32.
 */
export function canonicalize(value: Json, number: (value: number) => string = integer): string {
  return canonicalAt(value, number, 0);
}

/** RFC 8785 §3.2.2.3: the form of ECMAScript. @throws CanonicalError where JSON has none */
export function anyNumber(value: number): string {
  if (!Number.isFinite(value)) throw new CanonicalError('a number is beyond the range of a double');
  return JSON.stringify(value);
}

function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw new CanonicalError('a number is not an integer below 2^53');
  return String(value);
}

function canonicalAt(value: Json, number: (value: number) => string, depth: number): string {
  if (value === null) return 'null';
  switch (typeof value) {
    case 'boolean':
      return value ? 'true' : 'false';
    case 'string':
      return quote(value);
    case 'number':
      return number(value);
    default:
      if (depth >= MAX_DEPTH) throw new CanonicalError(`nested deeper than ${MAX_DEPTH}`);
      return isArray(value)
        ? `[${value.map((item) => canonicalAt(item, number, depth + 1)).join(',')}]`
        : canonicalObject(value, number, depth + 1);
  }
}

function canonicalObject(value: JsonObject, number: (value: number) => string, depth: number): string {
  // RFC 8785 §3.2.3 sorts by UTF-16 code units, which is what `sort` without a comparison does.
  const members = Object.keys(value)
    .sort()
    .map((key) => `${quote(key)}:${canonicalAt(value[key] ?? null, number, depth)}`);
  return `{${members.join(',')}}`;
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** False for arrays and null. */
export function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !isArray(value);
}

/**
 * The value of a line, where the line is exactly the canonical form of that value: no duplicate keys, no spaces, no other
 * spelling. Null where it is not. `line` is attacker-controlled.
 */
export function parseCanonical(line: string): Json | null {
  try {
    const value = JSON.parse(line) as Json;
    return canonicalize(value) === line ? value : null;
  } catch {
    return null;
  }
}
