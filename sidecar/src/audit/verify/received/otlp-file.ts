import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { hashOf } from '../../record/chain.ts';
import { SEALED_NAME } from '../../record/sealer.ts';
import { auditLineIn, type Candidate } from '../log-copy.ts';
import { readReceivedLines } from '../read.ts';

/** A line of a log in a file of a collector. */
export interface ReceivedLine extends Candidate {
  /** The sender's attributes of the line do not match it. */
  readonly differs: boolean;
  /** `FILE:LINE`. */
  readonly where: string;
}

/** An unreadable piece: an interrupted write of a crash. */
export interface UnreadablePiece {
  readonly where: string;
  readonly origin: null;
}

/** The beginning of a request; a quoted body cannot contain it, since its quotation marks are escaped there. */
const BEGINNING = '{"resourceLogs":';

/** The files of `paths` and of folders in them, recursively, by name, without those of sealed bodies. @throws the file system's errors. */
export async function receivedFiles(paths: readonly string[]): Promise<readonly string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (!(await stat(path)).isDirectory()) {
      files.push(path);
      continue;
    }
    const entries = await readdir(path, { withFileTypes: true, recursive: true });
    const found = entries.filter((entry) => entry.isFile() && !SEALED_NAME.test(entry.name));
    files.push(...found.map((entry) => join(entry.parentPath, entry.name)).sort());
  }
  return files;
}

/**
 * The audit lines in the output of a collector's file exporter, in the order of the file: one OTLP request in JSON per line, gunzipped if
 * the name ends in `.gz`. Records of other programs are skipped. A killed collector leaves a truncated request, and its next output may
 * follow on the same line. @throws the file system's errors.
 */
export async function* readReceived(path: string): AsyncGenerator<ReceivedLine | UnreadablePiece> {
  for await (const { text, number } of readReceivedLines(path)) {
    const where = `${path}:${number}`;
    if (text === null) yield { where, origin: null };
    else for (const piece of piecesOf(text)) yield* linesIn(piece, where);
  }
}

/** The requests on one line of a file, complete or truncated. */
export function piecesOf(text: string): readonly string[] {
  const pieces = text.split(BEGINNING);
  return [pieces[0] ?? '', ...pieces.slice(1).map((piece) => BEGINNING + piece)].filter(
    (piece) => piece.trim() !== '',
  );
}

/** The audit lines in one request of OTLP in JSON. */
export function* linesIn(piece: string, where: string): Generator<ReceivedLine | UnreadablePiece> {
  const records = recordsIn(piece);
  if (records === null) yield { where, origin: null };
  for (const { text, attributes } of records ?? []) {
    const line = receivedLine(text, attributes, where);
    if (line !== null) yield line;
  }
}

/** A log record of any program. */
export interface ReceivedRecord {
  /** The body, if it is text. */
  readonly text: unknown;
  /** The body, if it is bytes. */
  readonly bytes: () => Buffer | null;
  /** Those with texts. */
  readonly attributes: ReadonlyMap<unknown, unknown>;
}

/** Those of one request of OTLP in JSON; null if it is none. */
export function recordsIn(piece: string): readonly ReceivedRecord[] | null {
  let request: unknown;
  try {
    request = JSON.parse(piece);
  } catch {
    return null;
  }
  return listIn(request, 'resourceLogs')
    .flatMap((resource) => listIn(resource, 'scopeLogs'))
    .flatMap((scope) => listIn(scope, 'logRecords'))
    .map((record) => {
      const body = memberOf(record, 'body');
      const attributes = listIn(record, 'attributes').map((attribute): readonly [unknown, unknown] => [
        memberOf(attribute, 'key'),
        memberOf(memberOf(attribute, 'value'), 'stringValue'),
      ]);
      return {
        text: memberOf(body, 'stringValue'),
        bytes: () => {
          const encoded = memberOf(body, 'bytesValue');
          return typeof encoded === 'string' ? Buffer.from(encoded, 'base64') : null;
        },
        attributes: new Map(attributes),
      };
    });
}

/**
 * The line in a log record; null for another program's. `attributes`: those that the sidecar sends with the line; any of them may be
 * missing.
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
