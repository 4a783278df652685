import fc from 'fast-check';

import { NO_USAGE, type ConnectionFacts, type Decision, type Hit } from '../exchange/index.ts';
import { sizeOf } from './recent-exchange.ts';
import { RecentExchanges, type RecentReport } from './recent-exchanges.ts';

const HIT: Hit = {
  ...{ control: 'egress', rule: 'pii', action: 'redact', code: 'sensitive_output', mode: 'observe' },
  pointer: '/choices/0/message/content',
  score: 0.9,
};

function decision(more: Partial<Decision> = {}): Decision {
  return {
    ...{ kind: 'ingress', exchange: 'a', direction: 'inbound', dialect: 'openai-chat', method: 'POST' },
    ...{ path: '/v1/chat/completions', verdict: 'allow', code: null, status: null, hits: [], model: 'm' },
    ...{ tools: [], usage: null, policy: null, outcome: null, content: null },
    ...more,
  };
}

function ring(limits?: { exchanges: number; chars: number }, isAsked = (): boolean => true): RecentExchanges {
  // One before, since the start has a time too.
  let nowMs = 999;
  const clock = (): number => (nowMs += 1);
  return new RecentExchanges({ clock, isAsked, ...(limits === undefined ? {} : { limits }) });
}

function ids({ exchanges }: RecentReport): readonly string[] {
  return exchanges.map(({ id }) => id);
}

describe('the last exchanges of a sidecar', () => {
  it('keeps nothing while no console may ask, and forgets what it had', () => {
    let isAsked = true;
    const recent = ring(undefined, () => isAsked);
    recent.decided(decision(), 1);
    isAsked = false;
    recent.decided(decision({ exchange: 'b' }), 2);
    recent.ended('a', { boundaryMs: 1, wholeMs: 2 });
    expect(recent.report('log', 9)).toMatchObject({ exchanges: [], sinceMs: 1_003 });
  });

  it('says since when it keeps exchanges', () => {
    const recent = ring({ exchanges: 1, chars: 1e6 });
    for (const exchange of ['a', 'b']) recent.decided(decision({ exchange }), 1);
    for (const { sinceMs } of [
      recent.report('log', 9),
      recent.reportOf('log', 'b'),
      recent.reportBetween('log', { fromMs: 0, toMs: 1 }, 9),
    ])
      expect(sinceMs).toBe(1_000);
  });

  it('finds an exchange by the time of each of its decisions', () => {
    const recent = ring();
    for (const exchange of ['a', 'b', 'a']) recent.decided(decision({ exchange }), 1);
    const at = (ms: number): readonly string[] =>
      ids(recent.reportBetween('log', { fromMs: ms, toMs: ms }, 9));
    expect([at(1_000), at(1_001), at(1_002), at(1_003)]).toEqual([[], ['a'], ['b'], ['a']]);
  });

  it('has no end of an exchange that it does not have', () => {
    const recent = ring();
    recent.ended('a', { boundaryMs: 1, wholeMs: 2 });
    expect(recent.report('log', 9)).toMatchObject({ exchanges: [], isCut: false });
  });

  it.each<[string, readonly [fromMs: number, toMs: number, limit: number], readonly string[], boolean]>([
    ['before all', [0, 1_001, 9], [], true],
    ['of the time that was dropped in part', [0, 1_003, 9], ['c'], true],
    ['that it has whole', [1_004, 1_004, 9], ['d'], false],
    ['of which some are left out', [1_004, 1_005, 1], ['e'], true],
    ['to come', [1_006, 2_000, 9], [], false],
  ])('finds the exchanges of a time %s', (_what, [fromMs, toMs, limit], found, isCut) => {
    const recent = ring({ exchanges: 3, chars: 1e6 });
    for (const exchange of ['a', 'b', 'c', 'd', 'e']) recent.decided(decision({ exchange }), 1);
    const report = recent.reportBetween('log', { fromMs, toMs }, limit);
    expect([ids(report), report.isCut]).toEqual([found, isCut]);
  });

  it('drops the oldest, and says so', () => {
    const recent = ring({ exchanges: 2, chars: 1e6 });
    for (const exchange of ['a', 'b', 'c']) recent.decided(decision({ exchange }), null);
    const report = recent.report('log', 9);
    expect([ids(report), report.isCut]).toEqual([['c', 'b'], true]);
    expect(ids(recent.reportOf('log', 'a'))).toEqual([]);
  });

  it('cuts what outsiders can make long', () => {
    const recent = ring();
    const long = 'x'.repeat(5_000);
    const hits = Array.from({ length: 40 }, () => ({ ...HIT, pointer: `/${long}`, rule: long }));
    const tools = Array.from({ length: 40 }, (_, index) => `${index}${long}`);
    for (let step = 0; step < 40; step += 1)
      recent.decided(decision({ hits, tools, model: long, host: long }), 1);
    const [exchange] = recent.report('log', 1).exchanges;
    expect(exchange?.tools.map((tool) => tool.length)).toEqual(Array.from({ length: 16 }, () => 128));
    expect([exchange?.model?.length, exchange?.host?.length, exchange?.steps.length]).toEqual([128, 128, 32]);
    expect(exchange?.steps[0]).toMatchObject({ moreHits: 24 });
    expect(exchange?.steps[0]?.hits.map(({ pointer }) => pointer?.length)).toEqual(Array(16).fill(128));
  });

  it('puts the decisions of an exchange together, with the numbers of their lines', () => {
    const recent = ring();
    const caller = { via: 'jwt', issuer: 'https://i', digest: 'd', subject: 'ann' } as const;
    const usage = { ...NO_USAGE, inputTokens: 7, outputTokens: 3 };
    recent.decided(decision({ caller, tainted: true, tools: ['mail'] }), 4);
    recent.decided(
      decision({
        kind: 'egress',
        verdict: 'redact',
        status: 200,
        hits: [HIT],
        tools: ['mail', 'pay'],
        usage,
      }),
      null,
    );
    recent.ended('a', { boundaryMs: 1.26, wholeMs: 31.5 });
    recent.decided(decision({ kind: 'close', status: 200, outcome: 'completed', model: null }), 6);
    expect(recent.report('log', 9)).toEqual({
      ...{ v: 1, nowMs: 1_005, log: 'log', isCut: false, sinceMs: 1_000 },
      exchanges: [
        {
          ...{ id: 'a', startMs: 971, endMs: 1_003, direction: 'inbound', dialect: 'openai-chat' },
          ...{ method: 'POST', path: '/v1/chat/completions', host: null, model: 'm', tools: ['mail', 'pay'] },
          ...{ caller: 'd', tainted: true, status: 200, outcome: 'completed', policy: null },
          tokens: { input: 7, output: 3 },
          ...{ boundaryMs: 1.3, restMs: 30.2 },
          steps: [
            ...[{ kind: 'ingress', timeMs: 1_001, verdict: 'allow', code: null, status: null }].map(
              (step) => ({
                ...step,
                ...{ hits: [], moreHits: 0, seq: 4 },
              }),
            ),
            {
              ...{ kind: 'egress', timeMs: 1_002, verdict: 'redact', code: null, status: 200 },
              ...{ hits: [HIT], moreHits: 0, seq: null },
            },
            {
              ...{ kind: 'close', timeMs: 1_004, verdict: 'allow', code: null, status: 200 },
              ...{ hits: [], moreHits: 0, seq: 6 },
            },
          ],
        },
      ],
    });
  });

  it('names where a connection goes, and ends with its last line', () => {
    const recent = ring();
    const connection: ConnectionFacts = {
      protocol: 'tcp',
      ...{ host: 'db.svc', port: 5432, address: '10.0.0.9', bytesSent: 1, bytesReceived: 2 },
    };
    recent.decided(decision({ kind: 'close', direction: 'outbound', dialect: 'opaque', connection }), 1);
    expect(recent.report('log', 1).exchanges).toMatchObject([{ host: 'db.svc:5432', endMs: 1_001 }]);
  });

  it('stays within its bounds, whatever is decided', () => {
    const step = fc.record({
      exchange: fc.integer({ min: 0, max: 30 }).map(String),
      tools: fc.array(fc.string({ maxLength: 300 }), { maxLength: 30 }),
      hits: fc.array(fc.constant(HIT), { maxLength: 30 }),
      ends: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const recent = ring({ exchanges: 10, chars: 20_000 });
        for (const { exchange, tools, hits, ends } of steps) {
          recent.decided(decision({ exchange, tools, hits }), 1);
          if (ends) recent.ended(exchange, { boundaryMs: 1, wholeMs: 2 });
          const { exchanges } = recent.report('log', 100);
          expect(exchanges.length).toBeLessThanOrEqual(10);
          expect(exchanges.reduce((sum, each) => sum + sizeOf(each), 0)).toBeLessThanOrEqual(20_000);
        }
      }),
      { numRuns: 50 },
    );
  });
});
