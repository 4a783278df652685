import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { auditLines, isSigned } from './audit-log.ts';
import { startSidecar } from './sidecar.ts';
import { until } from './until.ts';
import { json, startUpstream, type ScriptedUpstream } from './upstream.ts';

const AUDIT = fileURLToPath(new URL('../../../sidecar/dist/commands/audit/main.js', import.meta.url));
const FLAG = ['--audit-stdout'];

let model: ScriptedUpstream;
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'llm-boundary-output-'));
  model = await startUpstream((_, response) => json(response, { models: [] }));
});
afterAll(async () => {
  await model.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Written {
  /** What came on standard output. */
  readonly output: string;
  /** The lines of standard error. */
  readonly log: readonly string[];
  /** Lines of the record about exchanges. */
  readonly recorded: number;
}

/** One refused exchange through a sidecar from start to end. */
async function written(policy: object, args: readonly string[]): Promise<Written> {
  const path = join(folder, 'output');
  const standardOutput = openSync(path, 'w');
  const auditDir = mkdtempSync(join(folder, 'audit-'));
  try {
    const sidecar = await startSidecar({
      upstreams: [model.origin],
      policy: JSON.stringify({ version: 1, ...policy }),
      auditDir,
      args,
      standardOutput,
    });
    const response = await fetch(`${sidecar.inbound[0] ?? ''}/not-an-endpoint`, { method: 'POST' });
    await response.text();
    expect(await sidecar.stop()).toBe(0);
    return { output: readFileSync(path, 'utf8'), log: sidecar.log, recorded: auditLines(auditDir).length };
  } finally {
    closeSync(standardOutput);
  }
}

/** The verifier key that the sidecar logged. */
function keyIn(log: readonly string[]): string {
  return /"key":"([^"]+)"/.exec(log.join('\n'))?.[1] ?? '';
}

describe('standard output', () => {
  it.each<[string, object, readonly string[], boolean]>([
    ['nothing asks for it', {}, [], false],
    ['the policy names other sinks', { audit: { sinks: ['file'] } }, FLAG, false],
    [
      'the policy names a receiver alone',
      { audit: { sinks: [{ otlp: { endpoint: 'http://127.0.0.1:9' } }] } },
      FLAG,
      false,
    ],
    ['the policy says nothing of sinks and the command line asks', { audit: { required: true } }, FLAG, true],
    ['the policy names it', { audit: { sinks: ['stdout'] } }, [], true],
  ])('%s', async (_name, policy, args, copied) => {
    const { output, recorded } = await written(policy, args);
    expect(recorded).toBe(1);
    expect(output.includes('"code":"endpoint_not_allowed"')).toBe(copied);
    expect(output === '').toBe(!copied);
  });

  it('holds up nothing while it is stuck, and the next process prints what a kill left', async () => {
    const [pipe, path] = [join(folder, 'pipe'), join(folder, 'both.log')];
    spawnSync('mkfifo', [pipe]);
    // Read by this test alone, and not before the end. A pipe takes 64 KiB.
    const reader = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    const auditDir = mkdtempSync(join(folder, 'audit-'));
    const setup = { upstreams: [model.origin], policy: '{"version":1}', auditDir, args: FLAG };
    const stuck = await startSidecar({ ...setup, standardOutput: reader });
    for (let count = 0; count < 200; count += 1) {
      const response = await fetch(`${stuck.inbound[0] ?? ''}/not-an-endpoint`, { method: 'POST' });
      await response.text();
      expect(response.status).toBe(404);
    }
    expect(auditLines(auditDir)).toHaveLength(200);
    // A kill before the next checkpoint leaves lines that no signature covers.
    await until('a signature of all lines', () => isSigned(auditDir));
    await stuck.stop('SIGKILL');
    const left = Buffer.alloc(2 ** 20);
    const printed = left.subarray(0, readSync(reader, left)).toString();
    closeSync(reader);
    expect(printed.match(/"code":"endpoint_not_allowed"/g)?.length ?? 0).toBeLessThan(200);
    const file = openSync(path, 'w');
    writeFileSync(file, printed);
    const next = await startSidecar({ ...setup, standardOutput: file });
    expect(await next.stop()).toBe(0);
    closeSync(file);
    const keys = [stuck, next].flatMap(({ log }) => ['--key', keyIn(log)]);
    // The killed process has no seal.
    const argv = [AUDIT, 'verify', '--from-log', path, '--live', ...keys];
    const checked = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    expect([checked.stdout, checked.status]).toEqual([expect.stringMatching(/^verified$/m), 0]);
    const shown = spawnSync(process.execPath, [AUDIT, 'show', '--from-log', path, '--json'], {
      encoding: 'utf8',
    });
    const exchanges = shown.stdout.match(/"exchange":"[^"]+"/g) ?? [];
    expect(new Set(exchanges).size).toBe(200);
  });

  it('holds lines of the record alone, which verify among the lines of the log in any mixture', async () => {
    const { output, log } = await written({}, FLAG);
    const lines = output.split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.filter((line) => !/^\{.*"prev":"[0-9a-f]{64}"/.test(line))).toEqual([]);
    expect(log.filter((line) => !/^\{.*"msg":/.test(line) || line.includes('"prev":'))).toEqual([]);
    const key = keyIn(log);
    const path = join(folder, 'pod.log');
    for (const mixed of [
      [...log, ...lines],
      lines.flatMap((line, index) => [...log.slice(index, index + 1), line]),
    ]) {
      writeFileSync(path, `${mixed.join('\n')}\n`);
      const checked = spawnSync(process.execPath, [AUDIT, 'verify', '--from-log', path, '--key', key], {
        encoding: 'utf8',
      });
      expect([checked.stderr, checked.status]).toEqual(['', 0]);
    }
  });
});
