import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createSigner, parseVerifier } from '@llm-boundary/sidecar/audit/fleet';

import { MAX_HEAD_BYTES } from '../anchor/head-request.ts';
import type { PodIdentity } from '../anchor/registry.ts';
import { AUDIENCE } from '../anchor/tokens.ts';
import type { Rest } from './rest.ts';
import { Process } from './testing/anchor-process.ts';
import { FakeLog } from './testing/fake-log.ts';
import { TokenApi } from './testing/token-api.ts';

const A: PodIdentity = { namespace: 'ml', name: 'agent-0', uid: 'uid-a' };
const B: PodIdentity = { namespace: 'ml', name: 'agent-1', uid: 'uid-b' };
const API = new TokenApi();
let rest: Rest;
let dir = '';
let now = Date.now();
let events: string[] = [];

function start(): Promise<Process> {
  return Process.start({ dir, rest, now: () => now, tell: (event) => events.push(event) });
}

let anchor: Process;
beforeAll(async () => {
  rest = await API.start();
  API.tokens.set('a', { audiences: [AUDIENCE], pod: A });
  API.tokens.set('b', { audiences: [AUDIENCE], pod: B });
  API.tokens.set('other-audience', { audiences: ['https://kubernetes.default.svc'], pod: A });
  API.tokens.set('node', { audiences: [AUDIENCE], pod: null });
});
afterAll(() => API.stop());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fleet-'));
  events = [];
  API.down = false;
  anchor = await start();
});
afterEach(async () => {
  await anchor.stop();
  await rm(dir, { recursive: true });
});

/** The next head may come. */
function later(ms = 10_000): void {
  now += ms;
}

async function reasons(): Promise<readonly string[]> {
  return (await anchor.lines()).flatMap((line) => (line.kind === 'contradiction' ? [line.reason] : []));
}

describe('unauthorised clients and malformed heads', () => {
  it.each<[string, string | null, number]>([
    ['no token', null, 401],
    ['an unknown token', 'unknown', 401],
    ['a token for another audience', 'other-audience', 401],
    ['a token of no pod', 'node', 403],
    ['a token that is no token', 'a b', 401],
  ])('are refused: %s', async (_name, token, status) => {
    expect((await anchor.post(new FakeLog(A).head(), token)).status).toBe(status);
    expect(await anchor.lines()).toEqual([]);
  });

  it('are told to try again while the API server does not answer', async () => {
    API.down = true;
    expect((await anchor.post(new FakeLog(A).head(), 'fresh')).status).toBe(503);
    API.down = false;
    API.tokens.set('fresh', { audiences: [AUDIENCE], pod: A });
    expect((await anchor.post(new FakeLog(A).head(), 'fresh')).status).toBe(200);
  });

  it('are reviewed once where a token comes often', async () => {
    const before = API.asked;
    const log = new FakeLog(A);
    const token = 'often';
    API.tokens.set(token, { audiences: [AUDIENCE], pod: A });
    for (let i = 0; i < 5; i += 1) await anchor.post(log.head(), token);
    expect(API.asked - before).toBe(1);
  });

  it.each<[string, (head: object) => unknown, number, string]>([
    [
      'a body that is too large',
      (head) => ({ ...head, genesis: 'x'.repeat(MAX_HEAD_BYTES) }),
      413,
      'too_large',
    ],
    ['no JSON', () => '{', 400, 'malformed'],
    ['a member that is not known', (head) => ({ ...head, more: 1 }), 400, 'malformed'],
    ['a first line that is none', (head) => ({ ...head, genesis: '{}' }), 400, 'malformed'],
    ['a seal that the head does not cover', (head) => ({ ...head, seal: '{}' }), 400, 'malformed'],
    ['a note that is none', (head) => ({ ...head, note: 'x' }), 400, 'malformed'],
    ['a note of another key', (head) => ({ ...head, note: forged(head) }), 400, 'signature'],
    ['an unknown log without its first line', (head) => ({ ...head, genesis: null }), 428, 'genesis_needed'],
  ])('are refused by a code: %s', async (_name, spoil, status, error) => {
    const reply = await anchor.post(spoil(new FakeLog(A).head()), 'a');
    expect([reply.status, reply.body['error']]).toEqual([status, error]);
    expect(await anchor.lines()).toEqual([]);
  });

  it('are not waited for where the body does not come', async () => {
    const answer = await new Promise<string>((resolve) => {
      const sent = httpsRequest({
        host: '127.0.0.1',
        port: anchor.at.port,
        servername: 'localhost',
        ca: anchor.at.ca,
        method: 'POST',
        path: '/v1/heads',
        agent: false,
        headers: { 'content-type': 'application/json', 'content-length': '100', authorization: 'Bearer a' },
      });
      sent.on('response', (response) => resolve(String(response.statusCode)));
      sent.on('error', () => resolve('cut'));
      sent.write('{');
    });
    expect(['408', '400', 'cut']).toContain(answer);
    expect((await anchor.post(new FakeLog(A).head(), 'a')).status).toBe(200);
  });
});

function forged(head: object): string {
  const note = String((head as { note: unknown }).note);
  const [origin = ''] = note.split('\n');
  return createSigner(origin).sign({ origin, size: 9, hash: 'ab'.repeat(32) });
}

describe('heads that contradict', () => {
  it("are refused with another pod's token, before and after the log is known", async () => {
    const log = new FakeLog(A);
    expect((await anchor.post(log.head(), 'b')).status).toBe(409);
    expect((await anchor.post(log.head(), 'a')).status).toBe(200);
    later();
    log.grow();
    expect((await anchor.post(log.head(), 'b')).body['error']).toBe('other_pod');
    expect(await reasons()).toEqual(['other_pod']);
    expect(events.filter((text) => text.includes('other_pod'))).toHaveLength(1);
  });

  it.each<[string, (log: FakeLog) => object]>([
    [
      'rollback',
      (log) => {
        const old = log.head();
        log.grow();
        return old;
      },
    ],
    ['fork', (log) => log.head({ note: log.signer.sign({ ...log.chain.head, hash: 'cd'.repeat(32) }) })],
    [
      'other_key',
      (log) => {
        const twin = new FakeLog(A, log.chain.origin);
        twin.grow();
        twin.grow();
        return twin.head();
      },
    ],
  ])('are refused as %s, and the note is kept as proof', async (reason, spoil) => {
    const log = new FakeLog(A);
    log.grow();
    const bad = spoil(log);
    expect((await anchor.post(log.head(), 'a')).status).toBe(200);
    later();
    expect((await anchor.post(bad, 'a')).body['error']).toBe(reason);
    expect(await reasons()).toEqual([reason]);
    later();
    log.grow();
    expect((await anchor.post(log.head(), 'a')).status).toBe(200);
  });

  it('are refused after the seal', async () => {
    const log = new FakeLog(A);
    expect((await anchor.post(log.seal(), 'a')).status).toBe(200);
    later();
    log.grow();
    expect((await anchor.post(log.head(), 'a')).body['error']).toBe('after_seal');
  });

  it('are kept and reported from a second log of the pod that does not name the first', async () => {
    await anchor.post(new FakeLog(A).head(), 'a');
    const second = new FakeLog(A);
    expect((await anchor.post(second.head(), 'a')).status).toBe(200);
    expect(await reasons()).toEqual(['second_log']);
  });

  it('are none where a restarted sidecar names the log before, as long as it was known to be', async () => {
    const first = new FakeLog(A);
    first.grow();
    await anchor.post(first.head(), 'a');
    const second = new FakeLog(A, undefined, [first.named()]);
    expect((await anchor.post(second.head(), 'a')).status).toBe(200);
    expect(await reasons()).toEqual([]);
    expect(
      (await anchor.lines()).find((line) => line.kind === 'opened' && line.follows === first.chain.origin),
    ).toBeDefined();
  });

  it('are reported where a restarted sidecar found less than was known, so that the log was cut', async () => {
    const first = new FakeLog(A);
    const short = first.named();
    first.grow();
    await anchor.post(first.head(), 'a');
    await anchor.post(new FakeLog(A, undefined, [short]).head(), 'a');
    expect(await reasons()).toEqual(['second_log']);
  });

  it('are none where the same head comes again; heads that come too fast are put off', async () => {
    const log = new FakeLog(A);
    await anchor.post(log.head(), 'a');
    const before = (await anchor.lines()).length;
    expect((await anchor.post(log.head(), 'a')).status).toBe(200);
    expect(await anchor.lines()).toHaveLength(before);
    log.grow();
    expect((await anchor.post(log.head(), 'a')).status).toBe(429);
    expect((await anchor.post(log.seal(), 'a')).status).toBe(200);
  });
});

describe('a head that is taken', () => {
  it('is countersigned, ties the key to pod and policy, and outlives a restart between heads', async () => {
    const log = new FakeLog(A);
    log.grow();
    const long = log.head();
    anchor.pods.set({
      metadata: { ...A, ownerReferences: [{ kind: 'StatefulSet', name: 'agent', controller: true }] },
      spec: {
        initContainers: [{ name: 'llm-boundary-sidecar' }],
        containers: [{ name: 'model', image: 'vllm:1' }],
      },
    });
    const reply = await anchor.post(long, 'a');
    const key = parseVerifier(anchor.fleetLog.key);
    expect(key?.name).toBe('llm-boundary-anchor');
    expect(String(reply.body['countersignature'])).toMatch(/^— llm-boundary-anchor /);
    const [opened] = await anchor.lines();
    expect(opened).toMatchObject({
      kind: 'opened',
      key: log.signer.key,
      pod: A,
      policy: 'ab'.repeat(32),
      size: 2,
    });
    expect(opened).toMatchObject({
      containers: [{ name: 'model', image: 'vllm:1' }],
      owner: { kind: 'StatefulSet', name: 'agent' },
    });
    await anchor.stop();
    anchor = await start();
    later();
    log.grow();
    expect((await anchor.post(log.head({ genesis: null }), 'a')).status).toBe(200);
    later();
    expect((await anchor.post(long, 'a')).body['error']).toBe('rollback');
    expect((await anchor.post(new FakeLog(A, log.chain.origin).head(), 'a')).body['error']).toBe('other_key');
  });
});

describe('silent pods', () => {
  const running = (pod: PodIdentity, phase = 'Running'): unknown => ({
    metadata: { ...pod },
    spec: { initContainers: [{ name: 'llm-boundary-sidecar' }] },
    status: {
      phase,
      initContainerStatuses: [
        {
          name: 'llm-boundary-sidecar',
          imageID: `registry.example/sidecar@sha256:${'0'.repeat(64)}`,
          state: phase === 'Running' ? { running: { startedAt: '2026-01-01T00:00:00Z' } } : {},
        },
      ],
    },
  });
  const silent = (): readonly string[] => {
    anchor.anchor.look();
    return anchor.anchor.silent.map(({ name, reason }) => `${name} ${reason}`);
  };

  it('are reported without a genesis for a minute, once the sidecar runs', async () => {
    anchor.pods.set(running(A));
    later(59_000);
    expect(silent()).toEqual([]);
    later(2_000);
    expect(silent()).toEqual(['agent-0 no_genesis']);
    expect(silent()).toHaveLength(1);
    expect(events).toHaveLength(1);
    await anchor.post(new FakeLog(A).head(), 'a');
    expect(silent()).toEqual([]);
    expect((await anchor.lines()).filter(({ kind }) => kind === 'silence')).toHaveLength(1);
  });

  it('are reported without a head for a minute, until they are heard again', async () => {
    anchor.pods.set(running(A));
    const log = new FakeLog(A);
    await anchor.post(log.head(), 'a');
    later(61_000);
    expect(silent()).toEqual(['agent-0 no_head']);
    await anchor.post(log.head(), 'a');
    expect(silent()).toEqual([]);
  });

  it('are reported where they ended without a seal, and not with one', async () => {
    anchor.pods.set(running(A));
    anchor.pods.set(running(B));
    const whole = new FakeLog(B);
    await anchor.post(new FakeLog(A).head(), 'a');
    await anchor.post(whole.seal(), 'b');
    anchor.pods.delete(A.namespace, A.name);
    anchor.pods.set(running(B, 'Succeeded'));
    later(16_000);
    expect(silent()).toEqual(['agent-0 no_seal']);
    later(3_600_000);
    silent();
    expect(anchor.registry.size).toBe(0);
  });

  it('are reported where they went while the anchor was away', async () => {
    await anchor.post(new FakeLog(A).head(), 'a');
    await anchor.stop();
    anchor = await start();
    expect(silent()).toEqual([]);
    later(16_000);
    expect(silent()).toEqual(['agent-0 no_seal']);
  });

  it('are listed over HTTP', async () => {
    anchor.pods.set(running(A));
    later(61_000);
    silent();
    const reply = await fetch(`http://127.0.0.1:${anchor.at.admin}/silent`);
    expect(await reply.json()).toMatchObject({ v: 1, pods: [{ ...A, reason: 'no_genesis' }] });
    const metrics = await (await fetch(`http://127.0.0.1:${anchor.at.admin}/metrics`)).text();
    expect(metrics).toContain('llm_boundary_anchor_silent_pods{reason="no_genesis"} 1');
  });
});
