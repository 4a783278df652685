import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseFlags } from '@llm-boundary/sidecar/flags';
import { pino } from 'pino';

import type { Outbox } from '../cloud-events/outbox.ts';
import { AnchorMetrics } from '../telemetry/anchor-metrics.ts';
import { ANCHOR_SPEC } from './anchor-flags.ts';
import { outboxOf } from './cloud-events.ts';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keys-'));
  await writeFile(join(dir, 'signing-key'), `whsec_${Buffer.alloc(32, 7).toString('base64')}`);
});
afterAll(() => rm(dir, { recursive: true }));

const metrics = new AnchorMetrics();

async function opened(argv: readonly string[]): Promise<Outbox | null> {
  const parsed = parseFlags(ANCHOR_SPEC, ['--dir', dir, ...argv], {});
  if (parsed.kind === 'help') throw new Error('help was asked for');
  return outboxOf(parsed.flags, { metrics, log: pino({ level: 'silent' }) });
}

it.each<[string, () => readonly string[], RegExp]>([
  ['a URL that is none', () => ['--cloud-events-url', 'x', '--cloud-events-dir', dir], /expected http/],
  ['another scheme', () => ['--cloud-events-url', 'ftp://h/', '--cloud-events-dir', dir], /expected http/],
  [
    'a password in it',
    () => ['--cloud-events-url', 'https://u:p@h/', '--cloud-events-dir', dir],
    /without a user/,
  ],
  ['no folder', () => ['--cloud-events-url', 'https://h/'], /needs --cloud-events-dir/],
  [
    'a folder without a key',
    () => ['--cloud-events-url', 'https://h/', '--cloud-events-dir', `${dir}/none`],
    /signing-key/,
  ],
])('does not start with %s', async (_name, argv, message) => {
  await expect(opened(argv())).rejects.toThrow(message);
});

it('is none without a URL', async () => {
  expect(await opened([])).toBeNull();
});

it('shows how many events wait', async () => {
  const outbox = await opened(['--cloud-events-url', 'http://127.0.0.1:1/', '--cloud-events-dir', dir]);
  const pod = { namespace: 'ml', name: 'agent-0', uid: 'uid-a' };
  outbox?.add({ type: 'record.silent.v1', pod, data: { message: 'm' }, timeMs: 0 });
  expect(await metrics.registry.metrics()).toContain('llm_boundary_anchor_cloud_events_waiting 1');
  expect(await outbox?.close(1_000)).toEqual({ undelivered: 1, kept: true });
});

it('goes on after a restart with what waited', async () => {
  const argv = ['--cloud-events-url', 'http://127.0.0.1:1/', '--cloud-events-dir', dir];
  const again = await opened(argv);
  expect(again?.waiting).toBe(1);
  await again?.close(1_000);
});
