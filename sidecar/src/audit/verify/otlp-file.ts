import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { auditLineIn, type Candidate } from './log-copy.ts';
import { readReceivedLines } from './read.ts';

/** A line of a log in a file of a collector. */
export interface ReceivedLine extends Candidate {
  /** `FILE:LINE`. */
  readonly where: string;
}

/** What is neither: a piece of a write that a crash cut. */
export interface UnreadablePiece {
  readonly where: string;
  readonly origin: null;
}

/** How a request begins; a quoted body cannot hold it, since its quotation marks are escaped there. */
const BEGINNING = '{"resourceLogs":';

/** The files of `paths`, those of folders too, by name. @throws the file system's errors. */
export async function receivedFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (!(await stat(path)).isDirectory()) {
      files.push(path);
      continue;
    }
    for (const entry of (await readdir(path, { withFileTypes: true })).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    ))
      if (entry.isFile()) files.push(join(path, entry.name));
  }
  return files;
}

/**
 * The audit lines in what a collector's file exporter writes, in the order of the file: one request in OTLP's JSON on a line, gzipped where the
 * name ends in `.gz`. Records of other programs are left out. A collector that was killed leaves a request without its end, and what it writes
 * later may follow on the same line. @throws the file system's errors.
 */
export async function* readReceived(path: string): AsyncGenerator<ReceivedLine | UnreadablePiece> {
  for await (const { text, number } of readReceivedLines(path)) {
    const where = `${path}:${number}`;
    if (text === null) yield { where, origin: null };
    else for (const piece of piecesOf(text)) yield* linesIn(piece, where);
  }
}

function piecesOf(text: string): readonly string[] {
  const pieces = text.split(BEGINNING);
  return [pieces[0] ?? '', ...pieces.slice(1).map((piece) => BEGINNING + piece)].filter(
    (piece) => piece.trim() !== '',
  );
}

function* linesIn(piece: string, where: string): Generator<ReceivedLine | UnreadablePiece> {
  let request: unknown;
  try {
    request = JSON.parse(piece);
  } catch {
    yield { where, origin: null };
    return;
  }
  for (const resource of listIn(request, 'resourceLogs'))
    for (const scope of listIn(resource, 'scopeLogs'))
      for (const record of listIn(scope, 'logRecords')) {
        const body = memberOf(memberOf(record, 'body'), 'stringValue');
        const candidate = typeof body === 'string' ? auditLineIn(body) : null;
        if (candidate !== null) yield { ...candidate, where };
      }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = memberOf(value, name);
  return Array.isArray(list) ? list : [];
}
