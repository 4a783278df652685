import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';

import { Chain } from '../record/chain.ts';
import { identityFrom } from '../record/identity.ts';
import { createLedger, type LedgerOptions } from '../log/ledger.ts';
import { createSigner, parseVerifier } from '../record/note.ts';
import { sampleDecision } from '../record/sample.ts';
import { collect } from './collect.ts';
import type { Report } from './report.ts';
import { verifyFiles, verifyLogCopy } from './verify.ts';
import { runs } from '../../detectors/testing/runs.ts';

let dir = '';
/** The sealed log that every test starts from: name, text and key. */
let name = '';
let text = '';
let key = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'verify-'));
  key = await writeLog(dir, 12);
  name = await onlyLog(dir);
  text = await readFile(join(dir, name), 'utf8');
});
afterAll(() => rm(dir, { recursive: true }));

async function writeLog(
  folder: string,
  records: number,
  changes: Partial<LedgerOptions> = {},
): Promise<string> {
  const log = await createLedger({
    dir: folder,
    identity: identityFrom({}, 'host'),
    version: '0.0.0',
    policy: null,
    telemetry: { auditLag: () => undefined, auditError: () => undefined, auditBytes: () => undefined },
    ...changes,
    limits: { checkpointMs: 0, waitMs: 30_000, ...changes.limits },
  });
  for (let index = 0; index < records; index += 1)
    await log.record(null, sampleDecision({ exchange: `exchange-${index}` }), true);
  await log.close();
  return log.key;
}

async function onlyLog(folder: string): Promise<string> {
  return (await readdir(folder)).find((entry) => entry.endsWith('.jsonl')) ?? '';
}

interface Given {
  readonly keys?: readonly string[];
  readonly live?: boolean;
  readonly copy?: boolean;
}

async function check(content: string | Buffer, given: Given = {}): Promise<Report> {
  const path = join(dir, 'changed');
  await writeFile(path, content);
  const keys = (given.keys ?? [key]).flatMap((known) => parseVerifier(known) ?? []);
  const options = { keys, live: given.live ?? false };
  return given.copy === true ? verifyLogCopy(path, options) : verifyFiles(await collect([path]), options);
}

function lines(): readonly string[] {
  return text.split('\n').slice(0, -1);
}
function joined(parts: readonly string[]): string {
  return parts.map((part) => part + '\n').join('');
}

/** A log of another process with its own key, as a forger would write it. */
function forged(
  origin: string,
  records: number,
): { readonly lines: readonly string[]; readonly key: string } {
  const chain = new Chain(origin, Date.now);
  const signer = createSigner(origin);
  const genesis = JSON.parse(lines()[0] ?? '') as { readonly identity: Record<string, string | null> };
  const out = [
    chain.event('genesis', {
      commitment_key: null,
      identity: genesis.identity,
      key: signer.key,
      node: 'v20',
      policy: null,
      previous: null,
      version: '0.0.0',
    }),
  ];
  for (let index = 0; index < records; index += 1) out.push(chain.decision(sampleDecision()));
  out.push(chain.event('seal', { lost: 0, records }), chain.checkpoint(signer));
  return { lines: out, key: signer.key };
}

describe('verify', () => {
  it('takes the log as it was written', async () => {
    expect(await check(text)).toMatchObject({
      exit: 0,
      problems: [],
      logs: [{ records: 12, end: 'sealed' }],
    });
  });

  it('reports a log as unanchored if its key is known from the log alone', async () => {
    expect(await check(text, { keys: [] })).toMatchObject({ exit: 4, problems: [] });
  });

  it.each<[string, () => string, number]>([
    ['nothing at all', () => '', 3],
    ['something else', () => 'hello\n', 1],
    ['no genesis', () => joined(lines().slice(1)), 3],
    ['one line removed', () => joined(lines().filter((_, index) => index !== 7)), 1],
    ['a signature removed', () => joined(lines().filter((_, index) => index !== 4)), 1],
    [
      'two lines in the wrong order',
      () => joined(lines().map((_, i, all) => all[i === 5 ? 6 : i === 6 ? 5 : i] ?? '')),
      1,
    ],
    [
      'one line twice',
      () => joined(lines().flatMap((line, index) => (index === 5 ? [line, line] : [line]))),
      1,
    ],
    ['the log twice', () => text + text, 1],
    ['a verdict changed', () => text.replace('"verdict":"allow"', '"verdict":"block"'), 1],
    ['an unknown member', () => text.replace('"v":1,"verdict"', '"u":1,"v":1,"verdict"'), 1],
    ['the same in another spelling', () => text.replace('"v":1}', '"v": 1}'), 1],
    ['an empty line', () => text.replace('\n', '\n\n'), 1],
    ['a line after the seal', () => text + (lines()[3] ?? '') + '\n', 1],
    ['other line ends', () => text.replaceAll('\n', '\r\n'), 1],
    [
      'a line of another log in its middle',
      () =>
        joined([
          ...lines().slice(0, 5),
          forged('a/b/c/chain/0123456789abcdef', 1).lines[1] ?? '',
          ...lines().slice(5),
        ]),
      1,
    ],
    ['a forged log of the same name', () => joined(forged(String(parseVerifier(key)?.name), 12).lines), 1],
    ['the seal cut off', () => joined(lines().slice(0, -2)), 4],
    ['the signature of the seal cut off', () => joined(lines().slice(0, -1)), 4],
    ['the last line torn', () => text.slice(0, -20), 4],
    ['the last newline gone', () => text.slice(0, -1), 4],
    ['a line wiped in the middle', () => wiped(3), 3],
    ['all but the first and the last line wiped', () => wiped(1, lines().length - 2), 3],
    ['all but the first line wiped', () => wiped(1, lines().length - 1), 4],
    ['the last lines wiped', () => wiped(lines().length - 2, 2), 4],
  ])('%s', async (_name, content, exit) => {
    expect((await check(content())).exit).toBe(exit);
  });

  /** `count` lines from line `from` on are zeros. */
  function wiped(from: number, count = 1): string {
    return joined(
      lines().map((line, at) => (at >= from && at < from + count ? '\0'.repeat(line.length) : line)),
    ).replace(/\0\n/g, '\0\0');
  }

  it('takes the zeros behind a log for the reserve of one that is being written', async () => {
    expect((await check(`${text}${'\0'.repeat(5_000)}`)).exit).toBe(0);
    const open = joined(lines().slice(0, -2));
    expect((await check(`${open}${'\0'.repeat(5_000)}`, { live: true })).exit).toBe(0);
  });

  it.each([0, 2, 5])('does not pass zeros at line %i of a log that is being written either', async (from) => {
    expect((await check(wiped(from), { live: true })).exit).not.toBe(0);
  });

  it('is not taken in by a valid log of another origin in place of the one whose key is known', async () => {
    const other = forged('a/b/c/chain/0123456789abcdef', 12);
    expect((await check(joined(other.lines))).exit).toBe(3);
    expect((await check(joined(other.lines), { keys: [other.key] })).exit).toBe(0);
  });

  it('never passes a log in which any byte was changed', async () => {
    const bytes = Buffer.from(text);
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        expect((await check(changed)).exit).not.toBe(0);
        expect((await check(changed, { live: true })).exit).not.toBe(0);
      }),
      { numRuns: runs(60) },
    );
  });

  it('never passes a log with lines removed, moved, repeated or cut', async () => {
    const count = lines().length;
    const edit = fc.oneof(
      fc.record({ op: fc.constant('remove'), at: fc.nat(count - 1), to: fc.nat(count - 1) }),
      fc.record({ op: fc.constant('move'), at: fc.nat(count - 1), to: fc.nat(count - 1) }),
      fc.record({ op: fc.constant('repeat'), at: fc.nat(count - 1), to: fc.nat(count - 1) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const all = [...lines()];
        for (const { op, at, to } of edits) {
          const line = all[at % all.length] ?? '';
          if (op !== 'repeat') all.splice(at % all.length, 1);
          if (op !== 'remove') all.splice(to % (all.length + 1), 0, line);
        }
        fc.pre(joined(all) !== text && all.length > 0);
        expect((await check(joined(all))).exit).not.toBe(0);
      }),
      { numRuns: runs(60) },
    );
  });

  it('never passes a log that is cut anywhere, whole lines or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(Buffer.byteLength(text) - 1), async (length) => {
        expect((await check(Buffer.from(text).subarray(0, length))).exit).not.toBe(0);
      }),
      { numRuns: runs(60) },
    );
  });
});

describe('verify of a folder', () => {
  let folder = '';
  let second = '';
  let files: readonly string[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'verify-folder-'));
    await writeLog(folder, 3, { clock: () => 1_000_000 });
    second = await writeLog(folder, 30, {
      clock: () => 2_000_000,
      limits: { fileBytes: 8_000, checkpointMs: 0 },
    });
    files = (await readdir(folder)).filter((entry) => entry.endsWith('.jsonl')).sort();
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function exit(keys: readonly string[] = [second]): Promise<number> {
    const verifiers = keys.flatMap((known) => parseVerifier(known) ?? []);
    return (await verifyFiles(await collect([folder]), { keys: verifiers, live: false })).exit;
  }

  it('takes all logs in it on the word of the newest key', async () => {
    expect(files.length).toBeGreaterThan(3);
    expect(await exit()).toBe(0);
  });

  it('derives the order of files from their content', async () => {
    for (const [index, file] of files.entries()) {
      const content = await readFile(join(folder, file));
      await rm(join(folder, file));
      const other = `audit-20000101T000000000Z-0123456789abcdef-${String(100 - index).padStart(6, '0')}.jsonl`;
      await writeFile(join(folder, other), content);
    }
    expect(await exit()).toBe(0);
  });

  it.each([
    ['the oldest log', 0, 3],
    ['the first file of the newer log', 1, 3],
    ['a file in its middle', 2, 3],
    ['its last file', -1, 4],
  ])('misses %s', async (_name, at, expected) => {
    await rm(join(folder, files.at(at) ?? ''));
    expect(await exit()).toBe(expected);
  });

  it('knows where the older log ended, even without a seal', async () => {
    const path = join(folder, files[0] ?? '');
    const whole = (await readFile(path, 'utf8')).split('\n').slice(0, -1);
    await writeFile(path, joined(whole.slice(0, -2)));
    expect(await exit()).toBe(1);
  });

  it('finds an older log that was written anew', async () => {
    const path = join(folder, files[0] ?? '');
    const first = (await readFile(path, 'utf8')).split('\n')[0] ?? '';
    const { origin } = JSON.parse(first) as { readonly origin: string };
    await writeFile(path, joined(forged(origin, 3).lines));
    expect(await exit()).toBe(1);
  });

  it('does not trust a log that was put beside the others', async () => {
    const stranger = forged('a/b/c/chain/0123456789abcdef', 1);
    await writeFile(
      join(folder, 'audit-20300101T000000000Z-0123456789abcdef-000000.jsonl'),
      joined(stranger.lines),
    );
    expect(await exit()).toBe(4);
  });
});

describe('verify of a copy of a container log', () => {
  const noise = [
    '{"level":"info","msg":"listening"}',
    'plain text',
    '{"not json',
    '',
    '{"log":"x\\n","stream":"stderr"}',
  ];
  const mixed = (wrap: (line: string) => string): string =>
    joined(lines().flatMap((line, index) => [noise[index % noise.length] ?? '', wrap(line)]));

  it.each<[string, (line: string) => string]>([
    ['as it is', (line) => line],
    ['with carriage returns', (line) => line + '\r'],
    ['with the stamps of kubectl', (line) => `[pod/agent-0/boundary] 2026-01-01T00:00:00.000000000Z ${line}`],
    ['as containerd keeps it', (line) => `2026-01-01T00:00:00.000000000Z stdout F ${line}`],
    ['as Docker keeps it', (line) => JSON.stringify({ log: line + '\n', stream: 'stdout', time: '2026' })],
  ])('finds the lines of the log, %s', async (_name, wrap) => {
    const report = await check(mixed(wrap), { copy: true });
    expect(report).toMatchObject({ exit: 0, logs: [{ records: 12, end: 'sealed' }] });
  });

  it('tells two logs in one copy apart', async () => {
    const other = forged('a/b/c/chain/0123456789abcdef', 3);
    const copy = joined(lines().flatMap((line, index) => [line, other.lines[index] ?? 'noise']));
    const report = await check(copy, { copy: true, keys: [key, other.key] });
    expect(report.exit).toBe(0);
    expect(report.logs).toHaveLength(2);
  });

  it.each<[string, () => string, number]>([
    ['no audit line', () => joined(noise), 3],
    ['a gap', () => joined(lines().filter((_, index) => index !== 9)), 3],
    ['a late start', () => joined(lines().slice(6)), 3],
    ['a changed line', () => text.replace('"verdict":"allow"', '"verdict":"block"'), 1],
    [
      'a changed line just before a signature',
      () => joined(lines().map((line, index) => (index === 2 ? line.replace('POST', 'PUT') : line))),
      1,
    ],
    [
      'lines in another order',
      () =>
        joined([...lines().slice(0, 4), ...lines().slice(6, 8), ...lines().slice(4, 6), ...lines().slice(8)]),
      1,
    ],
    ['an end that was cut off', () => joined(lines().slice(0, -2)), 4],
    ['lines that were printed again', () => joined([...lines().slice(0, 8), ...lines().slice(3)]), 0],
    [
      'lines that were printed again behind one that was cut',
      () => joined([...lines().slice(0, 8), lines()[8]?.slice(0, -30) ?? '', '', ...lines().slice(3)]),
      0,
    ],
    [
      'a cut line that was not printed again',
      () => joined([...lines(), lines()[8]?.slice(0, -30).replace('POST', 'PUT') ?? '']),
      1,
    ],
    [
      'a line that was printed again, changed',
      () =>
        joined(
          [...lines().slice(0, 8), ...lines().slice(3)].map((line, index) =>
            index === 9 ? line.replace('POST', 'PUT') : line,
          ),
        ),
      1,
    ],
  ])('%s', async (_name, content, expected) => {
    expect((await check(content(), { copy: true })).exit).toBe(expected);
  });
});
