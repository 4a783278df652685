import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import ts from 'typescript';

import { parseVerifier } from '../record/note.ts';
import { parseLine } from '../record/schema.ts';
import { collect } from '../verify/collect.ts';
import { verifyFiles } from '../verify/verify.ts';

/** Records as fast as the disk takes it, and prints an exchange's id when its record was acknowledged. */
const WRITER = `
import { createLedger } from './log/ledger.js';
import { sampleDecision } from './record/sample.js';
process.on('SIGXFSZ', () => undefined);
const [dir, round, count] = process.argv.slice(2);
const ledger = await createLedger({
  dir, version: '0', policy: null,
  identity: { cluster: null, namespace: null, pod: null, pod_uid: null, node: null, service_account: null, host: 'h' },
  telemetry: { auditLag() {}, auditError() {}, auditBytes() {} },
  limits: { fileBytes: 200_000, waitMs: 30_000 },
});
console.log('key ' + ledger.key);
let next = 0;
const fault = await Promise.all(Array.from({ length: 12 }, async () => {
  while (next < Number(count)) {
    const exchange = round + '-' + next++;
    await ledger.record(null, sampleDecision({ exchange }), true);
    console.log('ack ' + exchange);
  }
})).then(() => 'none', (error) => error.fault);
await ledger.close();
console.log('fault ' + fault);
`;

let program = '';
let dir = '';

beforeAll(async () => {
  program = await mkdtemp(join(tmpdir(), 'crash-program-'));
  const compilerOptions = {
    module: ts.ModuleKind.ESNext,
    target: ts.ScriptTarget.ES2023,
    rewriteRelativeImportExtensions: true,
  };
  for (const room of ['log', 'log/file', 'record']) {
    const folder = join(import.meta.dirname, '..', room);
    await mkdir(join(program, room));
    for (const name of (await readdir(folder)).filter((file) => /^[a-z-]+\.ts$/.test(file))) {
      const source = await readFile(join(folder, name), 'utf8');
      const { outputText } = ts.transpileModule(source, { compilerOptions });
      await writeFile(join(program, room, name.replace(/\.ts$/, '.js')), outputText);
    }
  }
  await writeFile(join(program, 'package.json'), '{"type":"module"}');
  await writeFile(join(program, 'writer.js'), WRITER);
});
afterAll(() => rm(program, { recursive: true }));
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'crash-'));
});
afterEach(() => rm(dir, { recursive: true }));

interface Life {
  readonly acknowledged: readonly string[];
  readonly key: string;
  readonly fault: string | null;
}

/** Runs the writer; kills it after `killAfter` acknowledgements, where that is not null. `limit` is the shell's `ulimit -f`, in KiB. */
async function live(
  round: number,
  options: { killAfter: number | null; count: number; limit?: number },
): Promise<Life> {
  const argv = [join(program, 'writer.js'), dir, String(round), String(options.count)];
  const limit = options.limit === undefined ? '' : `ulimit -f ${options.limit}; `;
  const child = spawn('bash', ['-c', `${limit}exec "$0" "$@"`, process.execPath, ...argv], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    if (options.killAfter !== null && text.split('ack ').length > options.killAfter) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.on('close', resolve));
  const lines = text.split('\n').slice(0, -1);
  const after = (word: string): readonly string[] =>
    lines.flatMap((line) => (line.startsWith(`${word} `) ? [line.slice(word.length + 1)] : []));
  return { acknowledged: after('ack'), key: after('key')[0] ?? '', fault: after('fault')[0] ?? null };
}

async function recorded(): Promise<ReadonlySet<string>> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.jsonl'));
  const texts = await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')));
  const ids = texts
    .flatMap((text) => text.split('\n'))
    .flatMap((text) => {
      const line = parseLine(text);
      return line !== null && 'exchange' in line ? [line.exchange] : [];
    });
  return new Set(ids);
}

async function exitWith(key: string, livesOn: boolean): Promise<number> {
  const verifier = parseVerifier(key);
  const keys = verifier === null ? [] : [verifier];
  return (await verifyFiles(await collect([dir]), { keys, live: livesOn })).exit;
}

describe('a process that is killed', () => {
  it('leaves every acknowledged record in a log that verifies, time after time', async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < 8; round += 1) {
      const life = await live(round, { killAfter: 1 + round * 150, count: 100_000 });
      expect(life.acknowledged.length).toBeGreaterThan(0);
      expect(life.fault).toBeNull();
      acknowledged.push(...life.acknowledged);
      expect([0, 4]).toContain(await exitWith(life.key, true));
    }
    const last = await live(8, { killAfter: null, count: 50 });
    expect(last).toMatchObject({ fault: 'none' });
    const found = await recorded();
    expect([...acknowledged, ...last.acknowledged].filter((id) => !found.has(id))).toEqual([]);
    expect(await exitWith(last.key, false)).toBe(0);
  });
});

describe('a file that may not grow', () => {
  it('breaks the log at the first short write, and every acknowledged record is in it', async () => {
    const life = await live(0, { killAfter: null, count: 100_000, limit: 64 });
    expect(life.fault).toBe('broken');
    expect(life.acknowledged.length).toBeGreaterThan(0);
    const found = await recorded();
    expect(life.acknowledged.filter((id) => !found.has(id))).toEqual([]);
    expect(await exitWith(life.key, false)).toBe(4);
  });
});
