import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import fc from 'fast-check';

import { createLedger } from '../../log/ledger.ts';
import { identityFrom } from '../../record/identity.ts';
import { parseVerifier } from '../../record/note.ts';
import { sampleDecision } from '../../record/sample.ts';
import type { Report } from '../report.ts';
import { verifyReceived } from './verify-received.ts';

let dir = '';
let out = '';
/** The lines of two logs of one pod, the second of which names the first; and the key of the second. */
let first: readonly string[] = [];
let second: readonly string[] = [];
let key = '';

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'received-'));
  out = await mkdtemp(join(tmpdir(), 'received-'));
  await writeLog(6);
  first = await linesIn();
  key = await writeLog(4);
  second = (await linesIn()).filter((line) => !first.includes(line));
});
afterAll(() => Promise.all([rm(dir, { recursive: true }), rm(out, { recursive: true })]));

async function writeLog(records: number): Promise<string> {
  const log = await createLedger({
    dir,
    identity: identityFrom({}, 'host'),
    version: '0.0.0',
    policy: null,
    telemetry: { auditLag: () => undefined, auditError: () => undefined, auditBytes: () => undefined },
    limits: { checkpointMs: 0, waitMs: 30_000 },
  });
  for (let index = 0; index < records; index += 1)
    await log.record(null, sampleDecision({ exchange: `exchange-${index}` }), true);
  await log.close();
  return log.key;
}

async function linesIn(): Promise<readonly string[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.jsonl')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')));
  return texts.flatMap((text) => text.split('\n').slice(0, -1));
}

function request(bodies: readonly string[]): string {
  return JSON.stringify({
    resourceLogs: [
      {
        resource: {},
        scopeLogs: [{ scope: {}, logRecords: bodies.map((stringValue) => ({ body: { stringValue } })) }],
      },
    ],
  });
}

async function check(content: string | Buffer, name = 'evidence.jsonl'): Promise<Report> {
  const path = join(out, name);
  await writeFile(path, content);
  const verifier = parseVerifier(key);
  return verifyReceived([path], {
    keys: verifier === null ? [] : [verifier],
    live: false,
  });
}

function file(...requests: readonly (readonly string[])[]): string {
  return requests.map((bodies) => `${request(bodies)}\n`).join('');
}

function without(lines: readonly string[], index: number): readonly string[] {
  return lines.filter((_, at) => at !== index);
}

describe('verifyReceived', () => {
  it.each<readonly [string, () => string, number, RegExp]>([
    ['nothing', () => '', 3, /no audit log/],
    [
      'a line that is not there',
      () => file([...without(first, 3), ...second]),
      3,
      /seq 4 where 3 was expected/,
    ],
    ['a log that is not there', () => file(second), 3, /names an older log that is missing/],
    ['a beginning that is not there', () => file([...first.slice(2), ...second]), 3, /begins with line 2/],
    ['an end that is not there', () => file([...first.slice(0, -2), ...second]), 1, /lines were cut off/],
    [
      'a line that was changed',
      () => file([...first, ...second].map((line) => line.replace('exchange-2', 'exchange-9'))),
      1,
      /one of the two was changed/,
    ],
    [
      'two lines in one place',
      () =>
        file([
          ...first,
          ...second,
          (first.find((line) => line.includes('exchange-1')) ?? '').replace('exchange-1', 'exchange-7'),
        ]),
      1,
      /as another line has that differs/,
    ],
    [
      'a line that is none',
      () => file([...first, ...second, (first[2] ?? '').replace('{', '{"a":1,')]),
      1,
      /not a line of an audit log/,
    ],
  ])('finds %s', async (_, content, exit, text) => {
    const report = await check(content());
    expect(report.problems.map((problem) => problem.text)).toContainEqual(expect.stringMatching(text));
    expect(report.exit).toBe(exit);
  });

  it('takes lines in any order, more than once, among those of others, in several requests', async () => {
    const all = [...first, ...second];
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...all, ...all, 'of another program', '{"a":1}'], { minLength: 0 }),
        fc.integer({ min: 1, max: 9 }),
        async (some, size) => {
          const lines = [...some, ...all.filter((line) => !some.includes(line))];
          const requests = lines.flatMap((_, at) => (at % size === 0 ? [lines.slice(at, at + size)] : []));
          const report = await check(file(...requests));
          expect(report.problems).toEqual([]);
          expect(report.exit).toBe(0);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('continues after an interrupted write, and reports it', async () => {
    const whole = request([...first, ...second]);
    for (const at of [5, 17, 200, whole.length - 1]) {
      const report = await check(`${whole.slice(0, at)}${whole}\n${whole.slice(0, at)}`);
      expect(report.problems).toEqual([]);
      expect(report.exit).toBe(0);
      expect(report.remarks.filter((remark) => remark.includes('an interrupted write'))).toHaveLength(2);
    }
  });

  it('reads two requests on one line, and gzip', async () => {
    expect((await check(request(second) + request(first))).exit).toBe(0);
    expect((await check(gzipSync(file(first, second)), 'evidence-1.jsonl.gz')).exit).toBe(0);
  });
});
