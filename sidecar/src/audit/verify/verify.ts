import type { Verifier } from '../record/note.ts';
import { parseLine } from '../record/schema.ts';
import { ChainCheck } from './chain-check.ts';
import type { Anchor } from './chain-check.ts';
import type { Collection, LogFile } from './collect.ts';
import { auditLineIn } from './log-copy.ts';
import { readLines, readLogLines } from './read.ts';
import { judge } from './report.ts';
import type { Report } from './report.ts';

export interface VerifyOptions {
  /** Keys that the verifier knows from elsewhere. */
  readonly keys: readonly Verifier[];
  /** The logs may still be written, so that nothing need show where they end. */
  readonly live: boolean;
}

/** Checks the files of logs. @throws the file system's errors. */
export async function verifyFiles(collection: Collection, options: VerifyOptions): Promise<Report> {
  const checks = new Checks(options, anchorsIn(collection.files), false);
  for (const file of collection.files) await verifyFile(file, checks);
  if (collection.whole) checks.expectPredecessors();
  return judge(checks.finish(), options);
}

/**
 * Checks the audit lines in a copy of a container's log, among whatever else is in it. Lines may be missing there, and are reported so;
 * the lines that are there must fit. @throws the file system's errors.
 */
export async function verifyLogCopy(path: string, options: VerifyOptions): Promise<Report> {
  const checks = new Checks(options, [], true);
  for await (const raw of readLogLines(path)) {
    const candidate = raw.text === null ? null : auditLineIn(raw.text);
    if (candidate === null) continue;
    const where = `${path}:${raw.number}`;
    const line = parseLine(candidate.text);
    if (line === null) checks.of(candidate.origin).tampered(where, UNREADABLE);
    else checks.of(line.origin).add(candidate.text, line, where);
  }
  return judge(checks.finish(), options);
}

const UNREADABLE = 'is not a line of an audit log: it was changed, or something else wrote into the file';

/** The checks of all logs that come up. */
class Checks {
  readonly #checks = new Map<string, ChainCheck>();
  readonly #options: VerifyOptions;
  readonly #anchors: readonly Anchor[];
  readonly #gaps: boolean;

  constructor(options: VerifyOptions, anchors: readonly Anchor[], gaps: boolean) {
    this.#options = options;
    this.#anchors = anchors;
    this.#gaps = gaps;
  }

  of(origin: string): ChainCheck {
    let check = this.#checks.get(origin);
    if (check === undefined) {
      const key = this.#options.keys.find((candidate) => candidate.name === origin) ?? null;
      check = new ChainCheck(origin, { anchors: this.#anchors, gaps: this.#gaps, key });
      this.#checks.set(origin, check);
    }
    return check;
  }

  /** Every log that a genesis names should have been found. */
  expectPredecessors(): void {
    for (const check of [...this.#checks.values()]) {
      const previous = check.genesis?.previous ?? null;
      const origin = previous?.origin ?? null;
      if (previous === null || origin === null) continue;
      if (!this.#checks.has(origin))
        check.missing(check.origin, `names an older log that is not there: ${previous.file}`);
    }
  }

  finish(): readonly ChainCheck[] {
    const checks = [...this.#checks.values()];
    for (const check of checks) check.finish(check.origin);
    return checks;
  }
}

function anchorsIn(files: readonly LogFile[]): readonly Anchor[] {
  return files.flatMap(({ first }) => {
    if (first?.kind !== 'genesis' || first.previous === null) return [];
    const { origin, size, hash } = first.previous;
    return origin === null || size === null ? [] : [{ head: { origin, size, hash }, by: first.origin }];
  });
}

async function verifyFile(file: LogFile, checks: Checks): Promise<void> {
  // Lines that cannot be read belong to the log that the file began with.
  const own = checks.of(file.first?.origin ?? file.path);
  for await (const raw of readLines(file.path)) {
    const where = `${file.path}:${raw.number}`;
    if (!raw.complete) own.torn(raw.bytes, raw.beyond);
    else {
      const line = raw.text === null ? null : parseLine(raw.text);
      if (line === null || raw.text === null) own.tampered(where, UNREADABLE);
      else if (line.origin !== own.origin) own.tampered(where, `belongs to another log: ${line.origin}`);
      else own.add(raw.text, line, where);
    }
  }
}
