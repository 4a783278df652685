import { createReadStream } from 'node:fs';
import { pipeline, type Readable } from 'node:stream';
import { TextDecoder } from 'node:util';
import { createGunzip } from 'node:zlib';

import { MAX_LINE_BYTES } from '../record/line.ts';
import { WrittenPart } from '../log/written-part.ts';

/** One line of a file, as it lies there. */
export interface RawLine {
  /** Null where the bytes are not UTF-8 or more than a line may have. */
  readonly text: string | null;
  /** From 1. */
  readonly number: number;
  /** False for what comes after the last newline. */
  readonly complete: boolean;
  readonly bytes: number;
  /** How many of its bytes lie behind a gap of zeros. */
  readonly beyond: number;
}

/** Of a container's log: runtimes wrap lines, and other programs write what they like. */
const MAX_LOG_LINE_BYTES = 256 * 1024;

const NEWLINE = 0x0a;

/** The lines of a file in order, in memory that does not grow with the file. Lines longer than `maxBytes` come without their text. */
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

  /** `beyond` bytes lie behind a gap. */
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

/** The lines of a log's file; what a crash left of a write counts as a line that is not complete. @throws the file system's errors. */
export async function* readLines(path: string): AsyncGenerator<RawLine> {
  const lines = new Lines(MAX_LINE_BYTES);
  const part = new WrittenPart(path);
  for await (const chunk of part.chunks()) yield* lines.push(chunk);
  yield* lines.end(part.beyond);
}

/** A request of a collector on one line: many records, each of which may take a line of a log and twice that for its escapes. */
const MAX_RECEIVED_BYTES = 256 * 1024 * 1024;

/** The lines of a collector's file, gzipped or not. @throws the file system's errors. */
export async function* readReceivedLines(path: string): AsyncGenerator<RawLine> {
  const lines = new Lines(MAX_RECEIVED_BYTES);
  for await (const chunk of contentOf(path)) yield* lines.push(chunk as Buffer);
  yield* lines.end();
}

/** What is in a file, gunzipped where its name ends in `.gz`. */
export function contentOf(path: string): Readable {
  const file = createReadStream(path);
  return path.endsWith('.gz') ? pipeline(file, createGunzip(), () => undefined) : file;
}

/** The lines of a container's log, whatever is in them. @throws the file system's errors. */
export async function* readLogLines(path: string): AsyncGenerator<RawLine> {
  const lines = new Lines(MAX_LOG_LINE_BYTES);
  for await (const chunk of createReadStream(path)) yield* lines.push(chunk as Buffer);
  yield* lines.end();
}

function decode(decoder: TextDecoder, bytes: Buffer): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}
