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
    // One place alone is tried: each costs another parse, and a body may have many.
    const start = placesOf(text, name).find((at) => text[at] === '[');
    if (start === undefined) return null;
    const end = endOfValue(text, start);
    if (withStandIn(text, start, end, name) === null) return null;
    // A copy: a slice would keep the whole body in memory.
    return new KeptMember(name, Buffer.from(text.slice(start, end)).toString(), member);
  }

  /** Where the body has these bytes for a member of this name, at any depth; undefined: nowhere. */
  placeIn(text: string): number | undefined {
    return placesOf(text, this.name).find((start) => text.startsWith(this.text, start));
  }

  /** As `parseJson`, for a body with these bytes at `start`; null if they are not the value of the member, or the body is malformed. */
  parse(text: string, start: number): ParsedJson | null {
    const value = withStandIn(text, start, start + this.text.length, this.name);
    return value === null ? null : { value: { ...value, [this.name]: this.value }, text };
  }
}

/** As `parseJson`, by the first of these members whose bytes the body has. It is parsed twice at most. */
export function parseJsonWith(bytes: Uint8Array, kept: readonly KeptMember[]): ParsedJson {
  if (kept.length === 0) return parseJson(bytes);
  const text = decodeUtf8(bytes);
  for (const member of kept) {
    const start = member.placeIn(text);
    if (start !== undefined) return member.parse(text, start) ?? parseJson(bytes);
  }
  return parseJson(bytes);
}

/** Where values of members of this name may begin, at any depth. */
function placesOf(text: string, name: string): readonly number[] {
  const key = JSON.stringify(name);
  const places: number[] = [];
  let at = text.indexOf(key);
  for (let count = 0; at !== -1 && count < MAX_PLACES; count += 1) {
    const colon = skipSpace(text, at + key.length);
    if (text[colon] === ':') places.push(skipSpace(text, colon + 1));
    at = text.indexOf(key, at + key.length);
  }
  return places;
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
