import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';

import { expect, it } from '@jest/globals';

import { policyOf } from '../pipeline/test-kit.ts';
import { createLog } from '../telemetry/log.ts';
import { createTelemetry } from '../telemetry/metrics.ts';
import { StateConnection } from './connection.ts';

it.each<[string, (late: Promise<void>) => Promise<void>]>([
  ['at once', () => Promise.resolve()],
  ['when it is left', (late) => late],
])('leaves no socket open at a server that never answers, connected %s', async (_name, found) => {
  const secretsDir = mkdtempSync(join(tmpdir(), 'llmb-state-'));
  writeFileSync(join(secretsDir, 'key'), 'k'.repeat(40));
  const taken: Socket[] = [];
  const silent = createServer((socket) => taken.push(socket.on('error', () => undefined).resume()));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const { state } = policyOf(
    `state: { server: { url: 'redis://state.example:${port}', keyFile: key }, timeout: 1s }`,
  );
  if (state === null) throw new Error('the policy has no state');
  const telemetry = createTelemetry({ process: false });
  const late = new Promise<void>((resolve) => {
    telemetry.stateAsked = () => {
      resolve();
    };
  });
  const connection = new StateConnection(state, {
    secretsDir,
    trust: createSecureContext(),
    lookup: (_host, _options, done) =>
      void found(late).then(() => done(null, [{ address: '127.0.0.1', family: 4 }])),
    telemetry,
    log: createLog('silent'),
    now: () => performance.now(),
  });
  const connected = once(silent, 'connection');
  expect(await connection.run({ script: 'return 1', keys: [], values: () => [] })).toBeNull();
  await connected;
  for (const socket of taken) if (!socket.closed) await once(socket, 'close');
  connection.close();
  silent.close();
  await once(silent, 'close');
  rmSync(secretsDir, { recursive: true });
});
