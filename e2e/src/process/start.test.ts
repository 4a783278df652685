import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { freePort } from './free-port.ts';
import { startSidecar } from './sidecar.ts';
import { until } from './until.ts';

const MAIN = fileURLToPath(new URL('../../../sidecar/dist/main.js', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'llm-boundary-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function isBound(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** A sidecar with this policy, its log, and the status of a probe that is sent as soon as the admin port is bound. */
async function firstProbe(policy: string): Promise<{ readonly status: number; readonly before: string }> {
  const [file, port] = [join(folder, 'policy.yaml'), await freePort()];
  writeFileSync(file, policy);
  const argv = ['--inbound', '127.0.0.1:0=http://127.0.0.1:9', '--admin', `127.0.0.1:${port}`];
  const child = spawn(process.execPath, [MAIN, ...argv, '--policy', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = once(child, 'exit');
  try {
    while (!(await isBound(port))) {
      if (child.exitCode !== null) throw new Error(log);
      await sleep(2);
    }
    const before = log;
    return { status: (await fetch(`http://127.0.0.1:${port}/readyz`)).status, before };
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

describe('a probe that comes while the sidecar starts', () => {
  it.each([
    ['503 for a policy that is not valid', 'version: 7\n', 503],
    ['200', 'version: 1\n', 200],
  ])('waits, and gets %s', async (_, policy, status) => {
    // On a busy machine the start may have ended by the time that the port is seen: then that probe says nothing.
    const first = await until(
      'a probe before the first line of the log',
      () => firstProbe(policy),
      ({ before }) => before === '',
    );
    expect(first.status).toBe(status);
  });

  it('does not keep a process that cannot start', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const argv = ['--inbound', `127.0.0.1:${port}=http://127.0.0.1:9`, '--admin', '127.0.0.1:0'];
    const file = join(folder, 'policy.yaml');
    writeFileSync(file, 'version: 1\n');
    const child = spawn(process.execPath, [MAIN, ...argv, '--policy', file], { stdio: 'ignore' });
    const [code] = (await once(child, 'exit')) as [number | null];
    taken.close();
    expect(code).toBe(1);
  });
});

it('a start leaves no young generation that only loading needed', async () => {
  const sidecar = await startSidecar({ upstreams: ['http://127.0.0.1:9'], policy: 'version: 1\n' });
  const metrics = await (await fetch(`${sidecar.admin}/metrics`)).text();
  await sidecar.stop();
  const [, bytes] = /^nodejs_heap_space_size_total_bytes\{space="new"\} (\d+)$/m.exec(metrics) ?? [];
  expect(Number(bytes)).toBeGreaterThan(0);
  // It was 32 MiB. What comes after the start may double it once or twice.
  expect(Number(bytes)).toBeLessThanOrEqual(8 * 1024 * 1024);
});
