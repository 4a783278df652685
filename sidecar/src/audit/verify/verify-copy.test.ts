import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseVerifier } from '../record/note.ts';
import type { Report } from './report.ts';
import { forged, joined, linesOf, onlyLog, writeLog } from './testing/sealed-log.ts';
import { verifyLogCopy } from './verify.ts';

let dir = '';
/** The sealed log that every test starts from, and its key. */
let text = '';
let key = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'verify-copy-'));
  key = await writeLog(dir, 12);
  text = await onlyLog(dir);
});
afterAll(() => rm(dir, { recursive: true }));

function lines(): readonly string[] {
  return linesOf(text);
}

async function check(content: string | Buffer, known: readonly string[] = [key]): Promise<Report> {
  const path = join(dir, 'copy');
  await writeFile(path, content);
  return verifyLogCopy(path, { keys: known.flatMap((each) => parseVerifier(each) ?? []), live: false });
}

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
    const report = await check(mixed(wrap));
    expect(report).toMatchObject({ exit: 0, logs: [{ records: 12, end: 'sealed' }] });
  });

  it.each<[string, (text: string) => Buffer]>([
    ['little endian', (copy) => Buffer.from(`\ufeff${copy}`, 'utf16le')],
    ['big endian', (copy) => Buffer.from(`\ufeff${copy}`, 'utf16le').swap16()],
  ])(
    'reads UTF-16 as PowerShell redirects to a file, %s, and finds a changed line in it',
    async (_name, encode) => {
      const copy = mixed((line) => line + '\r');
      expect(await check(encode(copy))).toMatchObject({ exit: 0, logs: [{ records: 12, end: 'sealed' }] });
      expect((await check(encode(copy.replace('"seq":5,', '"seq":6,')))).exit).not.toBe(0);
    },
  );

  it('tells two logs in one copy apart', async () => {
    const other = forged('a/b/c/chain/0123456789abcdef', 3);
    const copy = joined(lines().flatMap((line, index) => [line, other.lines[index] ?? 'noise']));
    const report = await check(copy, [key, other.key]);
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
    expect((await check(content())).exit).toBe(expected);
  });
});
