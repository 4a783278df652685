import type { MediaKind } from '../../exchange/index.ts';
import { readMedium } from './medium-text.ts';
import { isArray, isObject } from './parse.ts';
import { childPointer } from './pointer.ts';
import type { JsonValue } from './value.ts';

/** Text that a medium of a request stands for, at the string that encodes it. */
export interface RequestText {
  readonly pointer: string;
  readonly text: string;
}

/** Shorter bytes of a reference (an id, a seal) may be text by chance. Characters. */
const TELLING = 12;
/** Documents and pictures that are written in text: what they show is not what they say. */
const RENDERED = /^\s*(?:%PDF-|%!PS|\{\\rtf|<svg[\s>]|(?:<\?xml|<!--)[^]{0,1024}<svg[\s>])/i;

/**
 * What a medium of a request says in words, whatever type it is declared as, and whether there is anything besides. References always count
 * as something that only the provider can read.
 */
export function readRequestMedium(
  value: JsonValue,
  pointer: string,
  kind: MediaKind,
): { readonly texts: readonly RequestText[]; readonly unread: boolean } {
  const texts: RequestText[] = [];
  let unread = kind === 'opaque';
  for (const [at, item] of dataOf(value, pointer)) {
    const text = typeof item === 'string' ? decodedText(item) : null;
    if (text === null || RENDERED.test(text)) unread = true;
    if (text !== null && (kind !== 'opaque' || text.length >= TELLING)) texts.push({ pointer: at, text });
  }
  return { texts, unread };
}

function decodedText(value: string): string | null {
  const { texts, readable } = readMedium(value);
  return readable ? (texts.find(({ decoded }) => decoded)?.text ?? null) : null;
}

/** The strings that hold the bytes: the value itself, the elements of a list, `data` of a mapping. */
function dataOf(value: JsonValue, pointer: string): readonly (readonly [string, JsonValue])[] {
  if (isArray(value)) return value.map((item, index) => [childPointer(pointer, index), item] as const);
  if (isObject(value)) return [[childPointer(pointer, 'data'), value['data'] ?? null]];
  return [[pointer, value]];
}
