import { isArray, isObject } from './syntax/parse.ts';
import { childPointer, keyPointer } from './syntax/pointer.ts';
import type { JsonValue } from './syntax/value.ts';

/** A string of a document, a long number as written, or the key of a member, with its pointer. */
export interface Leaf {
  readonly pointer: string;
  readonly text: string;
}

/** Keywords of JSON Schema (2020-12) and of citations, frequent in their objects. They carry no text. */
const FIXED_WORDS: ReadonlySet<string> = new Set(
  (
    'type properties required description items enum title default anyOf oneOf allOf not const format minimum maximum minLength ' +
    'maxLength minItems maxItems pattern additionalProperties strict name parameters function $schema $defs definitions $ref ' +
    'string number integer boolean object array null schema ' +
    'text index url url_citation file_citation container_file_citation file_path file_id container_id filename start_index end_index'
  ).split(' '),
);

/** Shorter numbers are counts and measures; card, account and telephone numbers have at least eight digits. */
const LONG = 1e7;

/** Every string, long number and key in `value`, in the order of the document, without empty ones and fixed words. */
export function leavesOf(value: JsonValue, pointer: string): readonly Leaf[] {
  const leaves: Leaf[] = [];
  collect(value, pointer, leaves);
  return leaves;
}

function collect(value: JsonValue, pointer: string, leaves: Leaf[]): void {
  if (typeof value === 'string') {
    if (value !== '' && !FIXED_WORDS.has(value)) leaves.push({ pointer, text: value });
  } else if (typeof value === 'number') {
    if (Number.isInteger(value) && Math.abs(value) >= LONG) leaves.push({ pointer, text: String(value) });
  } else if (isArray(value)) {
    value.forEach((item, index) => collect(item, childPointer(pointer, index), leaves));
  } else if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (key !== '' && !FIXED_WORDS.has(key)) leaves.push({ pointer: keyPointer(pointer, key), text: key });
      collect(item, childPointer(pointer, key), leaves);
    }
  }
}
