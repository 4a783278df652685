import { basename } from 'node:path';

import type { Verifier } from '../record/note.ts';
import { parseLine } from '../record/schema.ts';
import { ChainCheck, type Anchor } from './chain-check.ts';
import type { Lineless, Surroundings } from './absent.ts';
import type { Collection, LogFile } from './collect.ts';
import { auditLineIn, Reprints } from './log-copy.ts';
import { readLines, readLogLines, type RawLine } from './read.ts';
import { judge, UNREADABLE, type Report } from './report.ts';
import { SealedBodies, sealedProblems, sealedRemarks, type SealedReport } from './bodies/sealed-bodies.ts';

export interface VerifyOptions {
  /** Keys from a trusted source. */
  readonly keys: readonly Verifier[];
  /** The logs may still be written, so that a missing end is no finding. */
  readonly live: boolean;
}

/** Checks the files of logs. @throws the file system's errors. */
export async function verifyFiles(collection: Collection, options: VerifyOptions): Promise<Report> {
  const checks = new Checks(options, anchorsIn(collection.files), false);
  for (const file of collection.files) await verifyFile(file, checks);
  const report = judge(checks.finish(), options, checks.surroundings(collection));
  return withSealed(report, await checks.sealed.check(collection.files.map(({ path }) => path)));
}

/**
 * Checks the audit lines in a copy of a container's log, which may contain other lines. Repeated lines count once. Absent lines are reported as missing; present ones
 * must fit. @throws the file system's errors.
 */
export async function verifyLogCopy(path: string, options: VerifyOptions): Promise<Report> {
  const checks = new Checks(options, [], true);
  const reprints = new Reprints();
  for await (const raw of readLogLines(path)) {
    const candidate = raw.text === null ? null : auditLineIn(raw.text);
    if (candidate === null) continue;
    const where = `${path}:${raw.number}`;
    const line = parseLine(candidate.text);
    if (line === null) reprints.cut({ ...candidate, where });
    else if (!reprints.isRepeated(candidate.text, line)) {
      checks.of(line.origin).add(candidate.text, line, where);
      checks.sealed.add(line);
    }
  }
  for (const { origin, where } of reprints.unexplained) checks.of(origin).tampered(where, UNREADABLE);
  const report = judge(checks.finish(), options, { whole: false, names: [], lineless: [] });
  return withSealed(report, await checks.sealed.check([path]));
}

/** The checks of all logs found. */
class Checks {
  readonly #checks = new Map<string, ChainCheck>();
  readonly #options: VerifyOptions;
  readonly #anchors: readonly Anchor[];
  readonly #gaps: boolean;
  readonly #lineless: Lineless[] = [];
  readonly sealed = new SealedBodies();

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

  lineless(file: Lineless): void {
    this.#lineless.push(file);
  }

  surroundings({ files, whole }: Collection): Surroundings {
    const names = files.flatMap(({ first, names: named }) =>
      named.map((one) => ({ by: first?.origin ?? '', named: one })),
    );
    return { whole, names, lineless: this.#lineless };
  }

  finish(): readonly ChainCheck[] {
    const checks = [...this.#checks.values()];
    for (const check of checks) check.finish(check.origin);
    return checks;
  }
}

function anchorsIn(files: readonly LogFile[]): readonly Anchor[] {
  return files.flatMap(({ first, names }) =>
    names.flatMap(({ origin, size, hash }) =>
      first === null || origin === null || size === null
        ? []
        : [{ head: { origin, size, hash }, by: first.origin }],
    ),
  );
}

/** The report with what is said of sealed bodies. */
export function withSealed(report: Report, sealed: SealedReport | null): Report {
  const problems = sealedProblems(sealed);
  return {
    ...report,
    exit: problems.length > 0 ? 1 : report.exit,
    problems: [...report.problems, ...problems],
    remarks: [...report.remarks, ...sealedRemarks(sealed)],
    sealed,
  };
}

async function verifyFile(file: LogFile, checks: Checks): Promise<void> {
  // Unreadable lines belong to the log that the file began with.
  let own: ChainCheck | null = null;
  for await (const raw of readLines(file.path)) {
    if (!raw.complete && own === null) {
      const { path } = file;
      checks.lineless({ path, name: basename(path), bytes: raw.bytes, beyond: raw.beyond });
      return;
    }
    if (own === null) {
      own = checks.of(file.first?.origin ?? file.path);
      own.nextFile();
    }
    addLine(own, raw, `${file.path}:${raw.number}`, checks.sealed);
  }
  if (own === null) checks.lineless({ path: file.path, name: basename(file.path), bytes: 0, beyond: 0 });
}

function addLine(own: ChainCheck, raw: RawLine, where: string, sealed: SealedBodies): void {
  if (!raw.complete) {
    own.torn(raw.bytes, raw.beyond);
    return;
  }
  const line = raw.text === null ? null : parseLine(raw.text);
  if (line === null || raw.text === null) own.tampered(where, UNREADABLE);
  else if (line.origin !== own.origin) own.tampered(where, `belongs to another log: ${line.origin}`);
  else {
    own.add(raw.text, line, where);
    sealed.add(line);
  }
}
