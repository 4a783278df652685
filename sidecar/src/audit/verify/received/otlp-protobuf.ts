import { receivedLine, type ReceivedLine, type ReceivedRecord } from './otlp-file.ts';

/** One field of a message: its number, and its bytes if length-delimited. */
interface Field {
  readonly number: number;
  readonly bytes: Buffer | null;
}

/** Numbers of the fields in `opentelemetry/proto/logs/v1/logs.proto` and `common/v1/common.proto` that contain a line. */
const RESOURCE_LOGS = 1;
const SCOPE_LOGS = 2;
const LOG_RECORDS = 2;
const BODY = 5;
const ATTRIBUTES = 6;
const STRING_VALUE = 1;
const BYTES_VALUE = 7;
const KEY = 1;
const VALUE = 2;

/** The fields do not end with the message. */
class NoMessage extends Error {
  override readonly name = 'NoMessage';
}

/**
 * The audit lines in one `ExportLogsServiceRequest`; null if the bytes are not one. Reads only the fields with lines, and skips others by
 * their length.
 */
export function linesInMessage(message: Buffer, where: string): readonly ReceivedLine[] | null {
  return (
    recordsInMessage(message)?.flatMap(
      ({ text, attributes }) => receivedLine(text, attributes, where) ?? [],
    ) ?? null
  );
}

/** The log records in it, of any program; null if the bytes are not one. */
export function recordsInMessage(message: Buffer): readonly ReceivedRecord[] | null {
  try {
    return within(message, RESOURCE_LOGS)
      .flatMap((resource) => within(resource, SCOPE_LOGS))
      .flatMap((scope) => within(scope, LOG_RECORDS))
      .map(recordIn);
  } catch (fault) {
    if (fault instanceof NoMessage) return null;
    throw fault;
  }
}

/**
 * The messages in a file of a collector's file exporter with `format: proto`: each is preceded by its length in four bytes, big-endian.
 * Null at the end: the last one was truncated.
 */
export function* framedMessages(file: Buffer): Generator<Buffer | null> {
  let at = 0;
  while (at < file.length) {
    const start = at + 4;
    if (start > file.length || start + file.readUInt32BE(at) > file.length) {
      yield null;
      return;
    }
    at = start + file.readUInt32BE(at);
    if (at > start) yield file.subarray(start, at);
  }
}

function recordIn(record: Buffer): ReceivedRecord {
  const [body] = within(record, BODY);
  const attributes = within(record, ATTRIBUTES).map((attribute): readonly [string | null, string | null] => [
    textOf(within(attribute, KEY)[0]),
    stringIn(within(attribute, VALUE)[0]),
  ]);
  const bytes = body === undefined ? null : (within(body, BYTES_VALUE)[0] ?? null);
  return { text: stringIn(body), bytes: () => bytes, attributes: new Map(attributes) };
}

function stringIn(value: Buffer | undefined): string | null {
  return value === undefined ? null : textOf(within(value, STRING_VALUE)[0]);
}

/** Bytes that are not UTF-8 become U+FFFD, so that the line does not match its hash. */
function textOf(bytes: Buffer | undefined): string | null {
  return bytes === undefined ? null : bytes.toString('utf8');
}

/** The length-delimited fields with that number. @throws NoMessage */
function within(message: Buffer, number: number): readonly Buffer[] {
  const found: Buffer[] = [];
  for (const field of fields(message))
    if (field.number === number && field.bytes !== null) found.push(field.bytes);
  return found;
}

/** https://protobuf.dev/programming-guides/encoding/#structure. Groups are not used in OTLP. @throws NoMessage */
function* fields(message: Buffer): Generator<Field> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = message[at];
      if (byte === undefined) throw new NoMessage();
      at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new NoMessage();
  };
  while (at < message.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    const type = tag % 8;
    let bytes: Buffer | null = null;
    if (type === 0) varint();
    else if (type === 1) at += 8;
    else if (type === 5) at += 4;
    else if (type === 2) {
      const length = varint();
      bytes = message.subarray(at, at + length);
      at += length;
    } else throw new NoMessage();
    if (number === 0 || at > message.length) throw new NoMessage();
    yield { number, bytes };
  }
}
