import { open } from 'node:fs/promises';

import { isObject, parseCanonical, type Json, type JsonObject } from '../record/canonical.ts';
import { hashOf, NOTHING } from '../record/chain.ts';
import { MAX_LINE_BYTES } from '../record/line.ts';
import { WrittenPart } from './written-part.ts';

/** The end of a log of an earlier process. Later changes to it contradict the new log. */
export interface Predecessor {
  readonly file: string;
  /** Null if the last line is unreadable or absent. */
  readonly origin: string | null;
  /** One more than the `seq` of the last complete line; null if unreadable. */
  readonly size: number | null;
  /** SHA-256 of the last complete line; 64 zeros if there is none. */
  readonly hash: string;
  /** The process ended the log itself. */
  readonly sealed: boolean;
  /** Bytes after the last newline, without preallocated zeros: an interrupted write. */
  readonly torn_bytes: number;
}

/** The end of a file, and when its last lines were written: RFC 3339, or null if unknown. */
export interface FileEnd {
  readonly end: Predecessor;
  readonly lastTime: string | null;
  /** Bytes up to the last newline, inclusive. */
  readonly writtenBytes: number;
}

/** Space for the checkpoint, the seal and an interrupted line. */
const TAIL_BYTES = 4 * MAX_LINE_BYTES;
const MAX_ORIGIN_CHARS = 512;
const NUL = 0x00;

/** `audit-START-INCARNATION-PART.jsonl`, for readers; the code does not depend on it. */
export function logFileName(startedMs: number, incarnation: string, part: number): string {
  const stamp = new Date(startedMs).toISOString().replace(/[-:.]/g, '');
  return `audit-${stamp}-${incarnation}-${String(part).padStart(6, '0')}.jsonl`;
}

/** The end of the file `file` at `path`. @throws if it cannot be read. */
export async function readEnd(file: string, path: string): Promise<FileEnd> {
  const { bytes: tail, beyond, length } = await readTail(path);
  const newline = tail.lastIndexOf(0x0a);
  const writtenBytes = newline < 0 ? 0 : length - (tail.length - newline - 1);
  const torn_bytes = tail.length - newline - 1 + beyond;
  const lines = tail.subarray(0, Math.max(newline, 0)).toString().split('\n');
  const last = newline < 0 ? '' : (lines.at(-1) ?? '');
  if (last === '')
    return {
      end: { file, origin: null, size: null, hash: NOTHING, sealed: false, torn_bytes },
      lastTime: null,
      writtenBytes,
    };
  const { origin, seq, kind } = members(parseCanonical(last));
  const before = members(parseCanonical(lines.at(-2) ?? ''));
  const sealed = kind === 'checkpoint' && before['kind'] === 'seal';
  const readable = typeof origin === 'string' && origin.length <= MAX_ORIGIN_CHARS && typeof seq === 'number';
  return {
    end: {
      file,
      origin: readable ? origin : null,
      size: readable ? seq + 1 : null,
      hash: hashOf(last),
      sealed: sealed && torn_bytes === 0,
      torn_bytes,
    },
    lastTime: timeOf(members(parseCanonical(last))) ?? timeOf(before),
    writtenBytes,
  };
}

function timeOf({ time }: JsonObject): string | null {
  return typeof time === 'string' ? time : null;
}

/** The last lines of a file, and the number of bytes of an interrupted write after them and after a gap. */
interface Tail {
  readonly bytes: Buffer;
  readonly beyond: number;
  /** Bytes before the first NUL, or of the whole file. */
  readonly length: number;
}

/** A file that its process closed has no NUL; any other is read from its beginning, because the first NUL ends it (`reserved-file.ts`). */
async function readTail(path: string): Promise<Tail> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const bytes = buffer.subarray(0, bytesRead);
    if (!bytes.includes(NUL)) return { bytes, beyond: 0, length: size };
  } finally {
    await handle.close();
  }
  return lastBeforeNul(path);
}

async function lastBeforeNul(path: string): Promise<Tail> {
  const part = new WrittenPart(path);
  let bytes = Buffer.alloc(0);
  let length = 0;
  for await (const chunk of part.chunks()) {
    length += chunk.length;
    bytes = Buffer.concat([bytes, chunk]).subarray(-TAIL_BYTES);
  }
  return { bytes, beyond: part.beyond, length };
}

export function members(value: Json | null): JsonObject {
  return isObject(value) ? value : {};
}
