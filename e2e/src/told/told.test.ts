import { createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { startUpstream, type ScriptedUpstream, type Seen } from '../process/upstream.ts';
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

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
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
}, 60_000);
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
  await until(() => anchor.created(EVENTS).length > 0 && receiver.seen.length > 0);
  writeFileSync(join(sidecar.policyDir, 'policy.yaml'), policy('two'));
  await until(() => sidecar.log.filter((line) => line.includes('"msg":"policy loaded"')).length > 1);
  // It reports what is left at its end.
  expect(await sidecar.stop()).toBe(0);
  await until(() => receiver.seen.some((seen) => toldIn(seen).type === 'io.llm-boundary.policy.changed.v1'));

  const events = anchor.created(EVENTS);
  expect(events).toMatchObject([{ reason: 'ExchangeRefused', regarding: POD, type: 'Warning' }]);
  const refused = receiver.seen.map(toldIn).filter(({ type }) => type.includes('exchange.refused'));
  expect(refused.reduce((sum, { data }) => sum + data.count, 0)).toBe(REQUESTS);
  expect(refused.length).toBeLessThan(REQUESTS);
  for (const { headers, body } of receiver.seen) {
    const { id, data } = toldIn({ method: '', path: '', headers, body });
    expect(data.pod).toEqual(POD);
    const signed = `${id}.${String(headers['webhook-timestamp'])}.${body}`;
    const mac = createHmac('sha256', KEY).update(signed).digest('base64');
    expect([headers['webhook-id'], headers['webhook-signature']]).toEqual([id, `v1,${mac}`]);
  }
  expect(JSON.stringify([events, receiver.seen])).not.toContain('secret');
}, 120_000);
