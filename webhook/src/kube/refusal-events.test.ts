import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { PodIdentity } from '../anchor/registry.ts';
import { AUDIENCE } from '../anchor/tokens.ts';
import { Process } from './testing/anchor-process.ts';
import type { StoredEvent } from './testing/event-store.ts';
import { TokenApi } from './testing/token-api.ts';
import { until } from '../testing/until.ts';

const A: PodIdentity = { namespace: 'ml', name: 'agent-0', uid: 'uid-a' };
const API = new TokenApi();
let dir = '';
let now = Date.now();
let anchor: Process;

beforeAll(async () => {
  const rest = await API.start();
  API.tokens.set('a', { audiences: [AUDIENCE], pod: A });
  API.tokens.set('node', { audiences: [AUDIENCE], pod: null });
  dir = await mkdtemp(join(tmpdir(), 'fleet-'));
  anchor = await Process.start({ dir, rest, now: () => now, tell: () => undefined });
});
beforeEach(() => {
  API.events.events.clear();
  API.events.fails = null;
  now += 24 * 3_600_000;
});
afterAll(async () => {
  await anchor.stop();
  API.stop();
  await rm(dir, { recursive: true });
});

const NOTICE = {
  ...{ kind: 'refused', control: 'ingress', rule: 'injection.fake-role', code: 'injection_detected' },
  ...{ count: 1, firstMs: 1, lastMs: 2, exchange: '8f9f2c5e-0d0e-4a43-8f0f-111111111111' },
};

function report(notices: readonly object[], token: string | null = 'a'): ReturnType<Process['post']> {
  return anchor.post({ v: 1, notices, more: 0 }, token, '/v1/notices');
}

function events(): readonly StoredEvent[] {
  return [...API.events.events.values()];
}

/** Events are written beside the answer. */
function oneEvent(): Promise<readonly StoredEvent[]> {
  return until('one Event', events, ({ length }) => length === 1);
}

async function metric(result: string, of: 'events' | 'reports' = 'events'): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${anchor.at.admin}/metrics`)).text();
  const found = new RegExp(`^llm_boundary_anchor_${of}_total\\{result="${result}"\\} (\\d+)`, 'm').exec(text);
  return Number(found?.[1] ?? 0);
}

describe('a report of refusals', () => {
  it.each<[string, string | null, number]>([
    ['no token', null, 401],
    ['an unknown token', 'unknown', 401],
    ['a token of no pod', 'node', 403],
  ])('is refused with %s', async (_name, token, status) => {
    const before = API.events.requests;
    expect((await report([NOTICE], token)).status).toBe(status);
    expect(API.events.requests).toBe(before);
  });

  it.each<[string, unknown]>([
    ['no JSON', '{'],
    ['another pod named in it', { v: 1, more: 0, notices: [{ ...NOTICE, pod: 'other' }] }],
    ['a rule with spaces', { v: 1, more: 0, notices: [{ ...NOTICE, rule: 'kubectl delete ns' }] }],
    ['a rule with a line end', { v: 1, more: 0, notices: [{ ...NOTICE, rule: 'a\nb' }] }],
    ['a rule that is a URL', { v: 1, more: 0, notices: [{ ...NOTICE, rule: 'https://evil.example/reset' }] }],
    ['a rule that is a path', { v: 1, more: 0, notices: [{ ...NOTICE, rule: 'evil.example/reset' }] }],
    ['a rule that is an address', { v: 1, more: 0, notices: [{ ...NOTICE, rule: 'help@evil.example' }] }],
    ['a rule that is an option', { v: 1, more: 0, notices: [{ ...NOTICE, rule: '--key' }] }],
    ['a long rule', { v: 1, more: 0, notices: [{ ...NOTICE, rule: 'a'.repeat(129) }] }],
    ['no count', { v: 1, more: 0, notices: [{ ...NOTICE, count: 0 }] }],
    ['a decision that is a sentence', { v: 1, more: 0, notices: [{ ...NOTICE, exchange: 'see http://x' }] }],
    ['a decision that is an option', { v: 1, more: 0, notices: [{ ...NOTICE, exchange: '--key' }] }],
    ['too many rules', { v: 1, more: 0, notices: Array.from({ length: 65 }, () => NOTICE) }],
  ])('is refused with %s', async (_name, body) => {
    const before = API.events.requests;
    expect((await anchor.post(body, 'a', '/v1/notices')).status).toBe(400);
    expect(API.events.requests).toBe(before);
  });

  it('counts as shortened where the sidecar could not name all rules', async () => {
    const before = await metric('shortened', 'reports');
    expect((await anchor.post({ v: 1, notices: [NOTICE], more: 7 }, 'a', '/v1/notices')).status).toBe(200);
    expect((await metric('shortened', 'reports')) - before).toBe(1);
  });

  it('is put off where it comes too often', async () => {
    for (const status of [200, 200, 200, 429]) expect((await report([NOTICE])).status).toBe(status);
    now += 5_000;
    expect((await report([NOTICE])).status).toBe(200);
    await oneEvent();
  });
});

describe('Events about refusals', () => {
  it('are written for the first refusal of a rule, about the pod of the token, and counted from then on', async () => {
    await report([{ ...NOTICE, rule: 'injection.first' }]);
    await oneEvent();
    expect(events()[0]).toMatchObject({
      ...{ type: 'Warning', reason: 'ExchangeRefused', action: 'Refuse' },
      regarding: { apiVersion: 'v1', kind: 'Pod', ...A },
      reportingController: 'llm-boundary.io/anchor',
    });
    expect(events()[0]?.note).toContain('rule injection.first (injection_detected). Decision 8f9f2c5e');
    expect(events()[0]?.series).toBeUndefined();
    now += 10_000;
    await report([{ ...NOTICE, rule: 'injection.first', count: 40 }]);
    now += 60_000;
    anchor.anchor.look();
    await until('a series', events, ([event]) => event?.series !== undefined);
    expect([events().length, events()[0]?.series?.count]).toEqual([1, 41]);
  });

  it('are written anew where they were deleted meanwhile', async () => {
    await report([{ ...NOTICE, rule: 'injection.gone' }]);
    await oneEvent();
    API.events.events.clear();
    now += 70_000;
    const before = await metric('updated');
    await report([{ ...NOTICE, rule: 'injection.gone', count: 2 }]);
    anchor.anchor.look();
    await until(
      'an update is counted',
      () => metric('updated'),
      (count) => count > before,
    );
    now += 10_000;
    await report([{ ...NOTICE, rule: 'injection.gone', count: 3 }]);
    await oneEvent();
    expect(events()[0]?.series?.count).toBe(3);
  });

  it('are not written for what is only observed', async () => {
    await report([
      { ...NOTICE, kind: 'observed', rule: 'injection.seen' },
      { ...NOTICE, rule: 'injection.refused' },
    ]);
    await until('an Event', events, ({ length }) => length > 0);
    expect(events().map(({ note }) => note.includes('injection.refused'))).toEqual([true]);
  });

  it('are tried again at the next refusal where the API server did not take them', async () => {
    API.events.fails = 403;
    const before = await metric('failed');
    await report([{ ...NOTICE, rule: 'injection.forbidden' }]);
    await until(
      'a failure is counted',
      () => metric('failed'),
      (count) => count > before,
    );
    API.events.fails = null;
    now += 10_000;
    await report([{ ...NOTICE, rule: 'injection.forbidden' }]);
    await oneEvent();
  });

  it('are five of a pod that invents rules, and the rest is counted', async () => {
    const before = await metric('limited');
    await report(Array.from({ length: 64 }, (_, index) => ({ ...NOTICE, rule: `made-up.${index}` })));
    await until('five Events', events, ({ length }) => length === 5);
    expect((await metric('limited')) - before).toBe(59);
  });
});
