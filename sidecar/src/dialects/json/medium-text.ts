import { leavesOf, type Leaf } from './leaves.ts';
import type { JsonValue } from './value.ts';

/** What a medium says in words. */
interface MediumText {
  readonly text: string;
  /** The words are what the value encodes, not the value itself. */
  readonly decoded: boolean;
}

export interface MediumReading {
  readonly texts: readonly MediumText[];
  /** False where there are bytes that are no text. */
  readonly readable: boolean;
}

const DATA_URL = /^data:[^,]{0,256},/i;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;
/** What is shorter is read as it stands too: it could be a word or a key. UTF-16 code units. */
const SHORT = 1024;
/** Control characters, but for the ones that break lines or stand between words. */
const UNPRINTABLE = /[^\P{Cc}\t\n\f\r]/u;

/** Reads the string in which a medium is sent: text, base64 of text, a `data:` URL of either, or bytes that nobody can read. */
export function readMedium(value: string): MediumReading {
  const head = DATA_URL.exec(value)?.[0] ?? '';
  const data = value.slice(head.length);
  if (head !== '' && !/;\s*base64,$/i.test(head)) return { texts: readings(value, data), readable: true };
  const compact = /\s/.test(data) ? data.replace(/\s+/g, '') : data;
  if (!BASE64.test(compact)) return { texts: [{ text: value, decoded: false }], readable: true };
  const short = value.length <= SHORT ? [{ text: value, decoded: false }] : [];
  const text = decoded(compact);
  if (text === null) return { texts: short, readable: false };
  return { texts: [...short, { text, decoded: true }], readable: true };
}

/** The long strings below that stand for bytes that are no text. */
export function sealsIn(value: JsonValue, pointer: string): readonly Leaf[] {
  return leavesOf(value, pointer).filter(({ text }) => text.length > SHORT && !readMedium(text).readable);
}

/** `data` as it stands, and what its escapes mean. */
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

/** The text that base64 stands for; null where its bytes are none. */
function decoded(base64: string): string | null {
  const bytes = Buffer.from(base64, 'base64');
  const isWide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  try {
    const label = isWide ? (bytes[0] === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8';
    const text = new TextDecoder(label, { fatal: true }).decode(bytes);
    return UNPRINTABLE.test(text) ? null : text;
  } catch {
    return null;
  }
}
