import { NOTHING } from '../../record/chain.ts';
import { namedIn, parseLine } from '../../record/schema.ts';
import { SealedBodies } from '../bodies/sealed-bodies.ts';
import { ChainCheck, type Anchor } from '../chain-check.ts';
import type { NamedLog } from '../collect.ts';
import { readReceived, receivedFiles } from './otlp-file.ts';
import { ReceivedLog } from './received-log.ts';
import { judge, UNREADABLE, type Report } from '../report.ts';
import { withSealed, type VerifyOptions } from '../verify.ts';

export const DIFFERS = 'is not the line that was sent: the hash sent with it differs';

interface Naming {
  readonly by: string;
  readonly named: NamedLog;
}

/**
 * Checks the logs in the files of a collector: order does not matter, and lines may be repeated. Absent lines, and absent logs that others
 * name, are missing. Reads the files twice.
 * @param paths files and folders @throws the file system's errors.
 */
export async function verifyReceived(paths: readonly string[], options: VerifyOptions): Promise<Report> {
  const files = await receivedFiles(paths);
  const names = await namesIn(files);
  const anchors = names.flatMap(({ by, named: { origin, size, hash } }): Anchor[] =>
    origin === null || size === null ? [] : [{ head: { origin, size, hash }, by }],
  );
  const checks = new Map<string, { readonly check: ChainCheck; readonly log: ReceivedLog }>();
  const of = (origin: string): { readonly check: ChainCheck; readonly log: ReceivedLog } => {
    const known = checks.get(origin);
    if (known !== undefined) return known;
    const key = options.keys.find((candidate) => candidate.name === origin) ?? null;
    const check = new ChainCheck(origin, { anchors, gaps: true, key });
    const made = { check, log: new ReceivedLog(check) };
    checks.set(origin, made);
    return made;
  };
  const sealed = new SealedBodies();
  const unreadable: string[] = [];
  for (const file of files)
    for await (const received of readReceived(file)) {
      if (received.origin === null) {
        unreadable.push(received.where);
        continue;
      }
      const line = parseLine(received.text);
      if (line === null) of(received.origin).check.tampered(received.where, UNREADABLE);
      else if (received.differs) of(line.origin).check.tampered(received.where, DIFFERS);
      else {
        of(line.origin).log.add(received.text, line, received.where);
        sealed.add(line);
      }
    }
  for (const { check, log } of checks.values()) {
    log.finish();
    check.finish(check.origin);
  }
  // A file without a line has nothing to send.
  const around = { whole: true, names: names.filter(({ named }) => !isLineless(named)), lineless: [] };
  const report = judge(
    [...checks.values()].map(({ check }) => check),
    options,
    around,
  );
  const cut = unreadable.map((where) => `${where}: contains no valid OTLP request, or an interrupted write`);
  return withSealed({ ...report, remarks: [...report.remarks, ...cut] }, await sealed.check(paths));
}

async function namesIn(files: readonly string[]): Promise<readonly Naming[]> {
  const found = new Map<string, Naming>();
  for (const file of files)
    for await (const received of readReceived(file)) {
      if (received.origin === null || !/"kind":"(genesis|found)"/.test(received.text)) continue;
      const line = parseLine(received.text);
      if (line === null) continue;
      for (const named of namedIn(line))
        found.set(`${line.origin} ${named.file} ${named.hash}`, { by: line.origin, named });
    }
  return [...found.values()];
}

function isLineless({ origin, hash }: NamedLog): boolean {
  return origin === null && hash === NOTHING;
}
