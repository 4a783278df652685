import type { MediaKind } from '../../exchange/index.ts';
import { isLabel } from './label.ts';
import { leavesOf, type Leaf } from './leaves.ts';
import { readMedium } from './medium-text.ts';
import { isArray, isObject } from './syntax/parse.ts';
import { childPointer } from './syntax/pointer.ts';
import { needsScan } from './label-scan.ts';
import type { JsonValue } from './syntax/value.ts';

/** Text in a medium of a request, at the string that encodes it. */
export interface RequestText {
  readonly pointer: string;
  readonly text: string;
}

/** Shorter bytes of a reference (an ID, a seal) may be text by chance. Characters. */
const MIN_SCANNED = 12;
/** Documents and pictures in a textual format: the displayed text differs from the source. */
const RENDERED = /^\s*(?:%PDF-|%!PS|\{\\rtf|<svg[\s>]|(?:<\?xml|<!--)[^]{0,1024}<svg[\s>])/i;

/**
 * Text in a medium of a request, whatever its declared type, and whether it contains anything else. References always count as data that
 * only the provider can read.
 */
export function readRequestMedium(
  value: JsonValue,
  pointer: string,
  kind: MediaKind,
): { readonly texts: readonly RequestText[]; readonly unread: boolean } {
  const texts: RequestText[] = [];
  let unread = kind === 'opaque';
  function take(at: string, text: string): void {
    if (kind !== 'opaque' || text.length >= MIN_SCANNED) texts.push({ pointer: at, text });
  }
  for (const [at, item] of dataOf(value, pointer)) {
    const read = typeof item === 'string' ? readData(item) : null;
    for (const text of read?.texts ?? []) take(at, text);
    unread ||= read?.isText !== true;
  }
  for (const { pointer: at, text } of besides(value, pointer))
    for (const said of wordsIn(text)) take(at, said);
  return { texts, unread };
}

/** The text in the bytes, and whether that is all. */
function readData(value: string): { readonly texts: readonly string[]; readonly isText: boolean } {
  const { texts, readable } = readMedium(value);
  const found = texts.filter(({ decoded }) => decoded).map(({ text }) => text);
  const isEncoded = found.length > 0 || !readable;
  // Neither encoded nor a data URL: not a file, but a server may take it for its text.
  if (!isEncoded) return { texts: [value], isText: /^data:/i.test(value) };
  return { texts: found, isText: readable && !found.some((text) => RENDERED.test(text)) };
}

/** The strings with the bytes: the value itself, the elements of a list, `data` of a mapping. */
function dataOf(value: JsonValue, pointer: string): readonly (readonly [string, JsonValue])[] {
  if (isArray(value))
    return value.flatMap((item, index) => {
      const at = childPointer(pointer, index);
      return isObject(item) ? dataOf(item, at) : [[at, item] as const];
    });
  if (isObject(value)) return [[childPointer(pointer, 'data'), value['data'] ?? null]];
  return [[pointer, value]];
}

/** Members beside the data of mappings. */
function besides(value: JsonValue, pointer: string): readonly Leaf[] {
  if (isArray(value)) return value.flatMap((item, index) => besides(item, childPointer(pointer, index)));
  if (!isObject(value)) return [];
  return leavesOf({ ...value, data: null }, pointer);
}

/** Text in a member beside the data: none for a label, such as a media type, that encodes nothing. */
function wordsIn(value: string): readonly string[] {
  const { texts } = readMedium(value);
  const isPlain = isLabel(value) && !needsScan(value);
  return texts.flatMap(({ text, decoded }) =>
    (decoded ? text.length >= MIN_SCANNED : !isPlain) ? [text] : [],
  );
}
