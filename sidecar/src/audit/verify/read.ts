import { createReadStream } from 'node:fs';
import { TextDecoder } from 'node:util';

import { MAX_LINE_BYTES } from '../line.ts';

/** One line of a file, as it lies there. */
export interface RawLine {
  /** Null where the bytes are not UTF-8 or more than a line may have. */
  readonly text: string | null;
  /** From 1. */
  readonly number: number;
  /** False for what comes after the last newline. */
  readonly complete: boolean;
  readonly bytes: number;
}

/** Of a container's log: runtimes wrap lines, and other programs write what they like. */
export const MAX_LOG_LINE_BYTES = 256 * 1024;

const NEWLINE = 0x0a;

/**
 * The lines of a file in order, in memory that does not grow with the file. Lines longer than `maxBytes` come without their text.
 * @throws the file system's errors.
 */
export async function* readLines(path: string, maxBytes = MAX_LINE_BYTES): AsyncGenerator<RawLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let parts: Buffer[] = [];
  let bytes = 0;
  let number = 1;
  const take = (complete: boolean): RawLine => {
    const line = {
      text: bytes > maxBytes ? null : decode(decoder, Buffer.concat(parts)),
      number,
      complete,
      bytes,
    };
    parts = [];
    bytes = 0;
    number += 1;
    return line;
  };
  const keep = (part: Buffer): void => {
    bytes += part.length;
    if (bytes <= maxBytes) parts.push(part);
    else parts = [];
  };
  for await (const chunk of createReadStream(path)) {
    const data = chunk as Buffer;
    let from = 0;
    for (let at = data.indexOf(NEWLINE); at >= 0; at = data.indexOf(NEWLINE, from)) {
      keep(data.subarray(from, at));
      yield take(true);
      from = at + 1;
    }
    if (from < data.length) keep(data.subarray(from));
  }
  if (bytes > 0) yield take(false);
}

function decode(decoder: TextDecoder, bytes: Buffer): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}
