import { isAscii, isUtf8 } from 'node:buffer';

import { Malformed } from '../../malformed.ts';
import { lone } from './halves.ts';
import { closingQuote, skipSpace } from './lexeme.ts';
import { parseNonFinite } from './non-finite.ts';
import type { JsonObject, JsonValue } from './value.ts';

/** Maximum nesting of arrays and objects. */
export const MAX_DEPTH = 64;

/** The reason for text that is not JSON. */
export const NO_JSON = 'not valid JSON';

/** A parsed body with the text that its pointers lead into. */
export interface ParsedJson<T extends JsonValue = JsonObject> {
  readonly value: T;
  readonly text: string;
}

/**
 * Parses a body that is one JSON object: strict UTF-8 (no byte order mark), RFC 8259, no duplicate keys, no lone surrogates, at most
 * `MAX_DEPTH` deep. Parsers that disagree about any of these would read different bodies. @throws Malformed with the offset, if known, and
 * the reason.
 */
export function parseJson(bytes: Uint8Array): ParsedJson {
  const { value, text } = parseAnyJson(bytes);
  return { value: asObject(value), text };
}

/** As `parseJson`, for a document of any type. @throws Malformed */
export function parseAnyJson(bytes: Uint8Array): ParsedJson<JsonValue> {
  const text = decodeUtf8(bytes);
  return { value: parseText(text), text };
}

/** As `parseAnyJson`, for a reply: its numbers may be non-finite, and are then null in `value`. @throws Malformed */
export function parseReply(bytes: Uint8Array): ParsedJson<JsonValue> {
  const text = decodeUtf8(bytes);
  return { value: refuseHalves(parseStrictly(text, parseNonFinite), text), text };
}

/** A frame of a stream. */
export interface ParsedFrame {
  readonly value: JsonObject;
  /** Number of strings that begin or end with half of a surrogate pair: pieces of texts whose next piece has the other half. */
  readonly cut: number;
}

/**
 * As `parseReply`, for a frame of a stream that is one JSON object: a text may be split inside a character. @throws Malformed
 */
export function parseFrame(text: string): ParsedFrame {
  const value = parseStrictly(text, parseNonFinite);
  return { value: asObject(value), cut: mayHoldHalves(text) ? countCut(value) : 0 };
}

/** Strict, of any type. @throws Malformed */
export function parseText(text: string): JsonValue {
  return refuseHalves(parseStrictly(text, JSON.parse), text);
}

function refuseHalves(value: JsonValue, text: string): JsonValue {
  if (mayHoldHalves(text)) refuseLoneSurrogates(value);
  return value;
}

function parseStrictly(text: string, parse: (text: string) => unknown): JsonValue {
  let value: JsonValue;
  try {
    value = parse(text) as JsonValue;
  } catch (error) {
    throw new Malformed(placeOf(error), NO_JSON);
  }
  // A parser keeps one of two equal keys, so the tree then has fewer than the text.
  if (countMembers(value, 1) !== countKeys(text)) {
    throw new Malformed(`offset ${duplicateOffset(text)}`, 'a key occurs twice in one object');
  }
  return value;
}

function mayHoldHalves(text: string): boolean {
  return /\\u[dD][89a-fA-F]/.test(text);
}

/** @throws Malformed if the bytes are not UTF-8. A byte order mark remains in the text, which is then not JSON. */
export function decodeUtf8(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isAscii(buffer)) return buffer.toString('latin1');
  if (!isUtf8(buffer)) throw new Malformed('body', 'not valid UTF-8');
  return buffer.toString('utf8');
}

function asObject(value: JsonValue): JsonObject {
  if (isObject(value)) return value;
  throw new Malformed('body', 'must be a JSON object');
}

/** True for objects, false for null and arrays. */
export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isArray(value);
}

/** `Array.isArray` for read-only arrays. */
export function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The position from the engine's message, and nothing else: the message quotes the text. */
function placeOf(error: unknown): string {
  const found = error instanceof SyntaxError ? / at position (\d{1,10})/.exec(error.message)?.[1] : undefined;
  return found === undefined ? 'body' : `offset ${found}`;
}

function countMembers(value: JsonValue, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth > MAX_DEPTH) throw new Malformed('body', `nested deeper than ${MAX_DEPTH}`);
  let count = 0;
  if (isArray(value)) {
    for (const item of value) if (typeof item === 'object') count += countMembers(item, depth + 1);
    return count;
  }
  const values = Object.values(value);
  for (const item of values) if (typeof item === 'object') count += countMembers(item, depth + 1);
  return count + values.length;
}

/** Number of keys in valid JSON: strings followed by a colon. */
function countKeys(text: string): number {
  let count = 0;
  let open = text.indexOf('"');
  while (open !== -1) {
    const next = skipSpace(text, closingQuote(text, open) + 1);
    if (text.charCodeAt(next) === 0x3a) count++;
    open = text.indexOf('"', next);
  }
  return count;
}

/** Offset of the first duplicate key. */
function duplicateOffset(text: string): number {
  const objects: Set<string>[] = [];
  for (let at = 0; at < text.length; at++) {
    const char = text.charAt(at);
    if (char === '{') objects.push(new Set());
    else if (char === '}') objects.pop();
    if (char !== '"') continue;
    const close = closingQuote(text, at);
    const keys = objects.at(-1);
    if (keys !== undefined && text.charAt(skipSpace(text, close + 1)) === ':') {
      const key = JSON.parse(text.slice(at, close + 1)) as string;
      if (keys.has(key)) return at;
      keys.add(key);
    }
    at = close;
  }
  return text.length;
}

/** An escape such as `\ud800` without its other half: parsers drop it, replace it or fail, so that readers differ. */
function refuseLoneSurrogates(value: JsonValue): void {
  if (typeof value === 'string') {
    if (/\p{Surrogate}/u.test(value)) throw lone('body');
  } else if (isArray(value)) {
    value.forEach(refuseLoneSurrogates);
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      refuseLoneSurrogates(key);
      refuseLoneSurrogates(item);
    }
  }
}

/** Number of strings that begin or end with half of a surrogate pair. @throws Malformed on a half inside a string, or in a key. */
function countCut(value: JsonValue): number {
  if (typeof value === 'string') {
    const inside = value.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, '');
    if (/\p{Surrogate}/u.test(inside)) throw lone('body');
    return inside === value ? 0 : 1;
  }
  if (isArray(value)) return value.reduce<number>((count, item) => count + countCut(item), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce((count, [key, item]) => {
    if (/\p{Surrogate}/u.test(key)) throw lone('body');
    return count + countCut(item);
  }, 0);
}
