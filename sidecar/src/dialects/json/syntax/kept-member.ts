import { randomBytes } from 'node:crypto';

import { Malformed } from '../../malformed.ts';
import { endOfValue, skipSpace } from './lexeme.ts';
import { decodeUtf8, isArray, isObject, parseJson, parseText, type ParsedJson } from './parse.ts';
import type { JsonObject, JsonValue } from './value.ts';

/** Stands for the value in a text that is parsed without it. No caller knows it, so that no other string of a body equals it. */
const STAND_IN = randomBytes(16).toString('hex');
const LITERAL = JSON.stringify(STAND_IN);
/** Places of the name in a body that are looked at. A caller chooses their number. */
const MAX_PLACES = 8;

/**
 * An array that is a member of a body, and its text. A body with the same bytes for this member is parsed without them: a string takes their
 * place, and where the parser finds this string as the value of the member, the array is its value. All other rules of `parseJson` hold for the rest
 * as they did for these bytes, since each is about single objects and strings, or about depth, and the member is at the same depth.
 */
export class KeptMember {
  readonly name: string;
  readonly text: string;
  readonly value: readonly JsonValue[];

  private constructor(name: string, text: string, value: readonly JsonValue[]) {
    this.name = name;
    this.text = text;
    this.value = value;
  }

  /** Of a body that was parsed; null if the member is no array, or its text is not found. */
  static of({ value, text }: ParsedJson, name: string): KeptMember | null {
    const member = Object.hasOwn(value, name) ? value[name] : undefined;
    if (!isArray(member)) return null;
    for (const start of placesOf(text, name)) {
      if (text[start] !== '[') continue;
      const end = endOfValue(text, start);
      // A copy: a slice would keep the whole body in memory.
      const own = Buffer.from(text.slice(start, end)).toString();
      if (withStandIn(text, start, end, name) !== null) return new KeptMember(name, own, member);
    }
    return null;
  }

  /** As `parseJson`, for a body with these bytes; null for any other body. */
  parse(text: string): ParsedJson | null {
    for (const start of placesOf(text, this.name)) {
      if (!text.startsWith(this.text, start)) continue;
      const value = withStandIn(text, start, start + this.text.length, this.name);
      if (value === null) return null;
      return { value: { ...value, [this.name]: this.value }, text };
    }
    return null;
  }
}

/** As `parseJson`, by the first of these members that the body has. */
export function parseJsonWith(bytes: Uint8Array, kept: readonly KeptMember[]): ParsedJson {
  if (kept.length === 0) return parseJson(bytes);
  const text = decodeUtf8(bytes);
  for (const member of kept) {
    const parsed = member.parse(text);
    if (parsed !== null) return parsed;
  }
  return parseJson(bytes);
}

/** Where values of members of this name may begin, at any depth. */
function* placesOf(text: string, name: string): Generator<number> {
  const key = JSON.stringify(name);
  let at = text.indexOf(key);
  for (let count = 0; at !== -1 && count < MAX_PLACES; count += 1) {
    const colon = skipSpace(text, at + key.length);
    if (text[colon] === ':') yield skipSpace(text, colon + 1);
    at = text.indexOf(key, at + key.length);
  }
}

/** The body with the stand-in from `start` to `end`; null if that is not the value of the member, or the rest is malformed. */
function withStandIn(text: string, start: number, end: number, name: string): JsonObject | null {
  try {
    const value = parseText(text.slice(0, start) + LITERAL + text.slice(end));
    return isObject(value) && Object.hasOwn(value, name) && value[name] === STAND_IN ? value : null;
  } catch (error) {
    // The whole body is parsed then, which fails with the place of the fault.
    if (error instanceof Malformed) return null;
    throw error;
  }
}
