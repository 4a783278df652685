import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { patient, startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { startUpstream, type ScriptedUpstream, type Seen } from '../process/upstream.ts';
import { until } from '../process/until.ts';
import { AnchorProcess } from '../counterparts/anchor.ts';

const POD = { namespace: 'support', name: 'agent-0', uid: 'uid-agent-0' };
const EVENTS = `/apis/events.k8s.io/v1/namespaces/${POD.namespace}/events/`;
const KEY = randomBytes(32);
const REQUESTS = 50;

interface Told {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly rule?: string; readonly count: number; readonly pod: object };
}

function policy(model: string): string {
  return JSON.stringify({ version: 1, models: { allow: [model] } });
}

function toldIn({ body }: Seen): Told {
  return JSON.parse(body) as Told;
}

function isRefusal({ type }: Told): boolean {
  return type.includes('exchange.refused');
}

function countOf(told: readonly Told[]): number {
  return told.filter(isRefusal).reduce((sum, { data }) => sum + data.count, 0);
}

let dir = '';
let receiver: ScriptedUpstream;
let anchor: AnchorProcess;
let sidecar: SidecarProcess;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'llm-boundary-told-'));
  const keys = join(dir, 'keys');
  mkdirSync(keys);
  writeFileSync(join(keys, 'signing-key'), `whsec_${KEY.toString('base64')}`);
  receiver = await startUpstream((_seen, response) => void response.writeHead(204).end());
  const to = ['--cloud-events-url', `${receiver.origin}/in`, '--cloud-events-dir', keys];
  anchor = await AnchorProcess.start(dir, [POD], to);
  sidecar = await startSidecar({
    upstreams: [receiver.origin],
    policy: policy('one'),
    args: anchor.flagsFor(POD),
    env: { LLM_BOUNDARY_POD_NAMESPACE: POD.namespace, LLM_BOUNDARY_POD_NAME: POD.name },
  });
});
afterAll(async () => {
  await anchor.stop();
  await receiver.close();
  rmSync(dir, { recursive: true, force: true });
});

it('a refusal becomes an Event on the pod and a signed CloudEvent, and many of them no more of either', async () => {
  for (let each = 0; each < REQUESTS; each += 1) {
    const { status } = await fetch(`${sidecar.inbound[0] ?? ''}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'other', messages: [{ role: 'user', content: 'Hello, my secret.' }] }),
    });
    expect(status).toBe(403);
  }
  await until('an Event', () => anchor.created(EVENTS).length);
  await until('a CloudEvent', () => receiver.seen.length);
  writeFileSync(join(sidecar.policyDir, 'policy.yaml'), patient(policy('two')));
  await sidecar.logged('"msg":"policy loaded"', '"generation":2');
  // It reports what is left at its end.
  expect(await sidecar.stop()).toBe(0);
  await until(
    'the other policy, and each refusal',
    () => receiver.seen.map(toldIn),
    (told) =>
      told.some(({ type }) => type === 'io.llm-boundary.policy.changed.v1') && countOf(told) >= REQUESTS,
  );

  const events = anchor.created(EVENTS);
  expect(events).toMatchObject([{ reason: 'ExchangeRefused', regarding: POD, type: 'Warning' }]);
  const told = receiver.seen.map(toldIn);
  expect(countOf(told)).toBe(REQUESTS);
  expect(told.filter(isRefusal).length).toBeLessThan(REQUESTS);
  for (const { headers, body } of receiver.seen) {
    const { id, data } = toldIn({ method: '', path: '', headers, body });
    expect(data.pod).toEqual(POD);
    const signed = `${id}.${String(headers['webhook-timestamp'])}.${body}`;
    const mac = createHmac('sha256', KEY).update(signed).digest('base64');
    expect([headers['webhook-id'], headers['webhook-signature']]).toEqual([id, `v1,${mac}`]);
  }
  expect(JSON.stringify([events, receiver.seen])).not.toContain('secret');
});
