import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { hashOf } from '../record/chain.ts';
import { auditLineIn, type Candidate } from './log-copy.ts';
import { readReceivedLines } from './read.ts';

/** A line of a log in a file of a collector. */
export interface ReceivedLine extends Candidate {
  /** What the sender said of the line beside it does not fit the line. */
  readonly differs: boolean;
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

/** The files of `paths`, those of folders and of folders in them too, by name. @throws the file system's errors. */
export async function receivedFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (!(await stat(path)).isDirectory()) {
      files.push(path);
      continue;
    }
    const entries = await readdir(path, { withFileTypes: true, recursive: true });
    const found = entries.filter((entry) => entry.isFile());
    files.push(...found.map((entry) => join(entry.parentPath, entry.name)).sort());
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

/** The requests on one line of a file, whole or cut. */
export function piecesOf(text: string): readonly string[] {
  const pieces = text.split(BEGINNING);
  return [pieces[0] ?? '', ...pieces.slice(1).map((piece) => BEGINNING + piece)].filter(
    (piece) => piece.trim() !== '',
  );
}

/** The audit lines in one request of OTLP in JSON. */
export function* linesIn(piece: string, where: string): Generator<ReceivedLine | UnreadablePiece> {
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
        const attributes = listIn(record, 'attributes').map((attribute): readonly [unknown, unknown] => [
          memberOf(attribute, 'key'),
          memberOf(memberOf(attribute, 'value'), 'stringValue'),
        ]);
        const line = receivedLine(body, new Map(attributes), where);
        if (line !== null) yield line;
      }
}

/**
 * The line that a log record carries; null where it is of another program. `attributes`: as the sidecar sends them beside the line; some of them or
 * none may be left.
 */
export function receivedLine(
  body: unknown,
  attributes: ReadonlyMap<unknown, unknown>,
  where: string,
): ReceivedLine | null {
  const text = typeof body === 'string' ? body : '';
  const hash = attributes.get('llm_boundary.log.hash') ?? null;
  const differs = hash !== null && hash !== hashOf(text);
  const candidate = auditLineIn(text);
  if (candidate !== null) return { ...candidate, differs, where };
  const origin = attributes.get('llm_boundary.log.origin');
  return typeof origin === 'string' ? { text, origin, differs, where } : null;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function listIn(value: unknown, name: string): readonly unknown[] {
  const list = memberOf(value, name);
  return Array.isArray(list) ? list : [];
}
