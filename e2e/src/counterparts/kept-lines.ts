import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

interface LogRecord {
  readonly body: { readonly stringValue: string };
  readonly attributes: readonly Attribute[];
}

interface Request {
  readonly resourceLogs: readonly {
    readonly resource: unknown;
    readonly scopeLogs: readonly { readonly scope: unknown; readonly logRecords: readonly LogRecord[] }[];
  }[];
}

/** A line of the record in a file of a collector. */
export interface KeptLine {
  readonly file: string;
  readonly text: string;
  /** SHA-256 that was sent with it. */
  readonly hash: string;
  readonly resource: unknown;
  readonly scope: unknown;
  readonly record: LogRecord;
}

const HASH = 'llm_boundary.log.hash';

/** All lines in the files of `folder`, in the order of their names. */
export function readKeptLines(folder: string): readonly KeptLine[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) =>
      readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter((text) => text !== '')
        .flatMap((text) => linesOf(file, JSON.parse(text) as Request)),
    );
}

function linesOf(file: string, { resourceLogs }: Request): readonly KeptLine[] {
  return resourceLogs.flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ scope, logRecords }) =>
      logRecords.map((record) => {
        const sent = record.attributes.find(({ key }) => key === HASH)?.value.stringValue;
        return { file, text: record.body.stringValue, hash: sent ?? '', resource, scope, record };
      }),
    ),
  );
}

/** One request for each line. */
export function writeKeptLines(folder: string, lines: readonly KeptLine[]): void {
  mkdirSync(folder, { recursive: true });
  for (const name of new Set(lines.map(({ file }) => file))) {
    const kept = lines.filter(({ file }) => file === name);
    writeFileSync(join(folder, name), kept.map(requestOf).join(''));
  }
}

function requestOf({ text, hash, resource, scope, record }: KeptLine): string {
  const attributes = record.attributes.map((attribute) =>
    attribute.key === HASH ? { ...attribute, value: { stringValue: hash } } : attribute,
  );
  const logRecords = [{ ...record, body: { stringValue: text }, attributes }];
  return `${JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ scope, logRecords }] }] })}\n`;
}

/** With the hash that fits the text. */
export function rewritten(line: KeptLine, text: string): KeptLine {
  return { ...line, text, hash: createHash('sha256').update(text).digest('hex') };
}

/** Of the JSON in the line. Position in its log, and the log. */
export function placeOf({ text }: KeptLine): { readonly seq: number; readonly origin: string } {
  return JSON.parse(text) as { readonly seq: number; readonly origin: string };
}
