import { isUtf8 } from 'node:buffer';

import type { JsonObject, JsonValue } from '../json/index.ts';
import { Malformed } from '../malformed.ts';

interface Part {
  readonly name: string;
  /** Null for a field. */
  readonly filename: string | null;
  readonly content: Buffer;
}

const TYPE =
  /^multipart\/form-data\s*;\s*boundary=(?:"([\w'()+,./:=? -]{0,69}[\w'()+,./:=?-])"|([\w'()+./:=?-]{1,70}))\s*$/i;
const DISPOSITION =
  /^content-disposition: *form-data; *name="([^"\\\r\n]{1,64})"(?:; *filename="([^"\\\r\n]{0,255})")?$/i;
const OTHER_HEADERS =
  /^(?:content-type: *(?!.*charset(?! *= *"?utf-8"?(?:;|$)))[\w!#$&^.+/;=" -]{1,200}|content-length: *\d{1,15}|content-transfer-encoding: *(?:binary|7bit|8bit))$/i;
const MAX_PARTS = 100;
const MAX_HEAD = 4_096;

/**
 * A form (RFC 7578) as an object: each field a string, or an array of strings if its name ends in `[]`; each file an object with its name
 * and, if its bytes are text, that text. Only what every parser reads in the same way: no text around the parts, no boundary inside of one,
 * no other headers, no name twice. @throws Malformed
 */
export function readForm(body: Buffer, contentType: string): JsonObject {
  const fields = new Map<string, JsonValue>();
  for (const { name, filename, content } of partsOf(body, boundaryOf(contentType))) {
    const value = filename === null ? textOf(content) : fileOf(filename, content);
    const before = fields.get(name);
    if (before === undefined) fields.set(name, name.endsWith('[]') ? [value] : value);
    else if (Array.isArray(before)) fields.set(name, [...(before as readonly JsonValue[]), value]);
    else throw new Malformed('form', 'a field occurs twice');
  }
  return Object.fromEntries(fields);
}

function boundaryOf(contentType: string): string {
  const [, quoted, plain] = TYPE.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined)
    throw new Malformed('content-type', 'must be multipart/form-data with a boundary and nothing else');
  return boundary;
}

function* partsOf(body: Buffer, boundary: string): Generator<Part> {
  const line = `--${boundary}`;
  if (body.toString('latin1', 0, line.length + 2) !== `${line}\r\n`)
    throw new Malformed('form', 'must begin with its boundary');
  let at = line.length + 2;
  for (let count = 1; ; count++) {
    const head = body.indexOf('\r\n\r\n', at);
    const start = head + 4;
    const end = head === -1 ? -1 : body.indexOf(line, start);
    if (end < start + 2 || body.toString('latin1', end - 2, end) !== '\r\n' || head - at > MAX_HEAD)
      throw new Malformed('form', 'a part without its end, or with its boundary inside');
    if (count > MAX_PARTS) throw new Malformed('form', `more than ${MAX_PARTS} parts`);
    yield partOf(body.subarray(at, head), body.subarray(start, end - 2));
    const after = body.toString('latin1', end + line.length, end + line.length + 5);
    if (after === '--' || after === '--\r\n') return;
    if (!after.startsWith('\r\n')) throw new Malformed('form', 'more behind a boundary than a line break');
    at = end + line.length + 2;
  }
}

function partOf(head: Buffer, content: Buffer): Part {
  if (!isUtf8(head)) throw new Malformed('form', 'not valid UTF-8');
  const lines = head.toString().split('\r\n');
  const found = lines.flatMap((line) => DISPOSITION.exec(line) ?? []);
  const others = lines.filter((line) => OTHER_HEADERS.test(line));
  const [, name, filename] = found;
  // A field of the name `_charset_` would set the encoding of the others (RFC 7578 §4.6).
  if (name === undefined || name === '_charset_' || others.length + 1 !== lines.length)
    throw new Malformed('form', 'a part with headers that parsers read in different ways');
  return { name, filename: filename ?? null, content };
}

function textOf(content: Buffer): string {
  if (!isUtf8(content)) throw new Malformed('form', 'a field is not valid UTF-8');
  return content.toString();
}

function fileOf(filename: string, content: Buffer): JsonObject {
  return isUtf8(content) ? { filename, text: content.toString() } : { filename };
}
