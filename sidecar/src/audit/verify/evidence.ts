import { auditLineIn } from './log-copy.ts';
import {
  linesIn,
  piecesOf,
  recordsIn,
  type ReceivedLine,
  type ReceivedRecord,
  type UnreadablePiece,
} from './received/otlp-file.ts';
import { framedMessages, linesInMessage, recordsInMessage } from './received/otlp-protobuf.ts';
import { contentOf, readReceivedLines } from './read.ts';

/** A line of a log, from any kind of copy. */
export interface EvidenceLine extends ReceivedLine {
  /** The file keeps the order of the log, as a log's own files and a container's log do; a collector's may not. */
  readonly ordered: boolean;
  /** At a position where a write may have been interrupted: if unreadable, it was never acknowledged. */
  readonly cut: boolean;
}

/** A file of protobuf is read whole; a collector rotates long before this size. */
const MAX_MESSAGE_FILE_BYTES = 1024 * 1024 * 1024;

/**
 * The audit lines in a copy of any kind, detected by content: a file of the record, a container's log, JSON or protobuf of a collector's
 * file exporter, or an object in a store; gunzipped if the name ends in `.gz`. @throws the file system's errors.
 */
export async function* readEvidence(path: string): AsyncGenerator<EvidenceLine | UnreadablePiece> {
  const messages = await protobufIn(path);
  if (messages !== null) {
    yield* messages;
    return;
  }
  for await (const { text, number, complete } of readReceivedLines(path)) {
    const where = `${path}:${number}`;
    if (text === null) {
      if (complete) yield { where, origin: null };
    } else if (text.includes('"resourceLogs":')) {
      for (const piece of piecesOf(text)) for (const line of linesIn(piece, where)) yield unordered(line);
    } else yield* ownLines(text, where, complete);
  }
}

/** Zeros are the preallocated part of a file that was copied while being written, or whose process was killed. */
function* ownLines(text: string, where: string, complete: boolean): Generator<EvidenceLine> {
  const parts = text.split('\0').filter((part) => part !== '');
  for (const part of parts) {
    const candidate = auditLineIn(part);
    if (candidate !== null)
      yield { ...candidate, differs: false, ordered: true, cut: !complete || text.includes('\0'), where };
  }
}

function unordered(line: ReceivedLine | UnreadablePiece): EvidenceLine | UnreadablePiece {
  return line.origin === null ? line : { ...line, ordered: false, cut: false };
}

async function protobufIn(path: string): Promise<readonly (EvidenceLine | UnreadablePiece)[] | null> {
  return (
    (await messagesIn(path))?.flatMap(({ message, where }) => {
      const lines = message === null ? null : linesInMessage(message, where);
      return lines === null ? [{ where, origin: null }] : lines.map(unordered);
    }) ?? null
  );
}

interface PlacedMessage {
  /** Null: truncated. */
  readonly message: Buffer | null;
  readonly where: string;
}

/** Null if the file does not look like protobuf: no text begins with a zero byte, and hardly any with an empty line. */
async function messagesIn(path: string): Promise<readonly PlacedMessage[] | null> {
  const first = await firstByte(path);
  // The first byte of a message's length is always zero.
  if (first !== 0x00 && first !== FIELD_1) return null;
  const content = Buffer.concat(await bytesOf(path));
  if (first === FIELD_1)
    return recordsInMessage(content) === null ? null : [{ message: content, where: path }];
  return [...framedMessages(content)].map((message, index) => ({ message, where: `${path}:${index + 1}` }));
}

/** The log records of any program in a collector's file, as far as it can be read. @throws the file system's errors. */
export async function* recordsKept(
  path: string,
): AsyncGenerator<ReceivedRecord & { readonly where: string }> {
  const messages = await messagesIn(path);
  for (const { message, where } of messages ?? [])
    for (const record of (message === null ? null : recordsInMessage(message)) ?? [])
      yield { ...record, where };
  if (messages !== null) return;
  for await (const { text, number } of readReceivedLines(path))
    if (text?.includes('"resourceLogs":') === true)
      for (const piece of piecesOf(text))
        for (const record of recordsIn(piece) ?? []) yield { ...record, where: `${path}:${number}` };
}

/** Tag of `resource_logs`; also a line feed. */
const FIELD_1 = 0x0a;

async function firstByte(path: string): Promise<number | undefined> {
  for await (const chunk of contentOf(path)) return chunk[0];
  return undefined;
}

async function bytesOf(path: string): Promise<readonly Buffer[]> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of contentOf(path)) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > MAX_MESSAGE_FILE_BYTES) throw new Error(`${path}: too large to be read at once`);
  }
  return chunks;
}
