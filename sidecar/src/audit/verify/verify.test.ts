import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';

import { runs } from '../../detectors/testing/runs.ts';
import { parseVerifier } from '../record/note.ts';
import { collect } from './collect.ts';
import type { Report } from './report.ts';
import { forged, joined, linesOf, onlyLog, writeLog } from './testing/sealed-log.ts';
import { verifyFiles } from './verify.ts';

let dir = '';
/** The sealed log that every test starts from, and its key. */
let text = '';
let key = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'verify-'));
  key = await writeLog(dir, 12);
  text = await onlyLog(dir);
});
afterAll(() => rm(dir, { recursive: true }));

interface Given {
  readonly keys?: readonly string[];
  readonly live?: boolean;
}

async function check(content: string | Buffer, given: Given = {}): Promise<Report> {
  const path = join(dir, 'changed');
  await writeFile(path, content);
  const keys = (given.keys ?? [key]).flatMap((known) => parseVerifier(known) ?? []);
  return verifyFiles(await collect([path]), { keys, live: given.live ?? false });
}

function lines(): readonly string[] {
  return linesOf(text);
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
