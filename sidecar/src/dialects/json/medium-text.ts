import { textOfBytes } from './bytes-text.ts';
import { leavesOf, type Leaf } from './leaves.ts';
import type { JsonValue } from './syntax/value.ts';

/** Text in a medium. */
interface MediumText {
  readonly text: string;
  /** The text is decoded from the value, not the value itself. */
  readonly decoded: boolean;
}

export interface MediumReading {
  readonly texts: readonly MediumText[];
  /** False if there are bytes that are not text. */
  readonly readable: boolean;
}

const DATA_URL = /^data:[^,]{0,256},/i;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
/** Shorter values are also read raw: they could be words or keys. UTF-16 code units. */
const SHORT = 1024;
const NO_BASE64 = /[^A-Za-z0-9+/_-]+/g;

/** Reads the string with a medium: text, base64 of text, a `data:` URL of either, or undecodable bytes. */
export function readMedium(value: string): MediumReading {
  const head = DATA_URL.exec(value)?.[0] ?? '';
  const data = value.slice(head.length);
  if (head !== '' && !/;\s*base64,$/i.test(head)) return { texts: readings(value, data), readable: true };
  const compact = /\s/.test(data) ? data.replace(/\s+/g, '') : data;
  if (!BASE64.test(compact)) return { texts: leniently(value, data), readable: true };
  const short = value.length <= SHORT ? [{ text: value, decoded: false }] : [];
  const read = textOfBytes(Buffer.from(compact, 'base64'));
  if (read === null) return { texts: short, readable: false };
  return { texts: [...short, { text: read.text, decoded: true }], readable: read.clean };
}

/** The long strings below that encode bytes other than text. */
export function sealsIn(value: JsonValue, pointer: string): readonly Leaf[] {
  return leavesOf(value, pointer).filter(({ text }) => text.length > SHORT && !readMedium(text).readable);
}

/** Text that is not base64, and its decoding by lenient decoders, which skip invalid characters. */
function leniently(value: string, data: string): readonly MediumText[] {
  const plain = { text: value, decoded: false };
  const read = textOfBytes(Buffer.from(data.replace(NO_BASE64, ''), 'base64'));
  return read?.clean === true && read.text !== '' ? [plain, { text: read.text, decoded: true }] : [plain];
}

/** `data` raw, and unescaped. */
function readings(value: string, data: string): readonly MediumText[] {
  const plain = { text: value, decoded: false };
  const text = unescaped(data);
  return text === data ? [plain] : [plain, { text, decoded: true }];
}

function unescaped(data: string): string {
  try {
    return decodeURIComponent(data);
  } catch {
    return data;
  }
}
