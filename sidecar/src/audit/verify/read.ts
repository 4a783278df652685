import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { TextDecoder } from 'node:util';
import { isNativeError } from 'node:util/types';
import { createGunzip } from 'node:zlib';

import { MAX_LINE_BYTES } from '../record/line.ts';
import { WrittenPart } from '../log/written-part.ts';

/** One line of a file, unparsed. */
export interface RawLine {
  /** Null if the bytes are not UTF-8 or exceed the maximum length of a line. */
  readonly text: string | null;
  /** From 1. */
  readonly number: number;
  /** False for bytes after the last newline. */
  readonly complete: boolean;
  readonly bytes: number;
  /** Number of its bytes after a gap of zeros. */
  readonly beyond: number;
}

/** Limit for a container's log: runtimes wrap lines, and other programs write long ones. */
const MAX_LOG_LINE_BYTES = 256 * 1024;

const NEWLINE = 0x0a;

/** The lines of a file in order, in constant memory. Longer lines than `maxBytes` come without their text. */
class Lines {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  readonly #maxBytes: number;
  #parts: Buffer[] = [];
  #bytes = 0;
  #number = 1;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  *push(data: Buffer): Generator<RawLine> {
    let from = 0;
    for (let at = data.indexOf(NEWLINE); at >= 0; at = data.indexOf(NEWLINE, from)) {
      this.#keep(data.subarray(from, at));
      yield this.#take(true);
      from = at + 1;
    }
    if (from < data.length) this.#keep(data.subarray(from));
  }

  /** `beyond` bytes are after a gap. */
  *end(beyond = 0): Generator<RawLine> {
    if (this.#bytes + beyond === 0) return;
    const rest = this.#take(false);
    yield { ...rest, text: beyond > 0 ? null : rest.text, bytes: rest.bytes + beyond, beyond };
  }

  #take(complete: boolean): RawLine {
    const text = this.#bytes > this.#maxBytes ? null : decode(this.#decoder, Buffer.concat(this.#parts));
    const line = { text, number: this.#number, complete, bytes: this.#bytes, beyond: 0 };
    this.#parts = [];
    this.#bytes = 0;
    this.#number += 1;
    return line;
  }

  #keep(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes <= this.#maxBytes) this.#parts.push(part);
    else this.#parts = [];
  }
}

/** The lines of a log's file; an interrupted write counts as an incomplete line. @throws the file system's errors. */
export async function* readLines(path: string): AsyncGenerator<RawLine> {
  const lines = new Lines(MAX_LINE_BYTES);
  const part = new WrittenPart(path);
  for await (const chunk of part.chunks()) yield* lines.push(chunk);
  yield* lines.end(part.beyond);
}

/** Limit for a collector's request on one line: many records, each with a line of a log and its escapes. */
const MAX_RECEIVED_BYTES = 256 * 1024 * 1024;

/** The lines of a collector's file, gzipped or not. @throws Error with its name for a damaged archive, and the file system's errors. */
export async function* readReceivedLines(path: string): AsyncGenerator<RawLine> {
  const lines = new Lines(MAX_RECEIVED_BYTES);
  for await (const chunk of contentOf(path)) yield* lines.push(chunk);
  yield* lines.end();
}

/** The content of a file, gunzipped if its name ends in `.gz`. @throws Error with its name for a damaged archive, and the file system's errors. */
export async function* contentOf(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path);
  const content = path.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file;
  try {
    yield* asUtf8(content);
  } catch (fault) {
    if (!isNativeError(fault) || !('code' in fault) || !String(fault.code).startsWith('Z_')) throw fault;
    throw new Error(`${path}: cannot be unpacked to its end, copy it again: ${fault.message}`, {
      cause: fault,
    });
  }
}

/** The lines of a container's log, of any program. @throws the file system's errors. */
export async function* readLogLines(path: string): AsyncGenerator<RawLine> {
  const lines = new Lines(MAX_LOG_LINE_BYTES);
  for await (const chunk of asUtf8(createReadStream(path))) yield* lines.push(chunk);
  yield* lines.end();
}

/** Copies of text that Windows PowerShell redirects to a file are UTF-16 with a byte order mark; what has none is passed as it is. */
async function* asUtf8(content: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
  let decoder: TextDecoder | null | undefined;
  for await (const chunk of content) {
    const bytes = chunk as Buffer;
    decoder ??= decoderOf(bytes);
    yield decoder === null ? bytes : Buffer.from(decoder.decode(bytes, { stream: true }));
  }
}

/** Null for anything but UTF-16. Reads of files and of gunzip begin with more than two bytes, if there are so many. */
function decoderOf(start: Buffer): TextDecoder | null {
  if (start[0] === 0xff && start[1] === 0xfe) return new TextDecoder('utf-16le');
  return start[0] === 0xfe && start[1] === 0xff ? new TextDecoder('utf-16be') : null;
}

function decode(decoder: TextDecoder, bytes: Buffer): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}
