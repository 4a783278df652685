import { createServer, type Server } from 'node:http';

/** The port of sidecars for probes, metrics and the console. */
const PORT = 15_430;
const CONDITIONS = ['stateless', 'no_tools', 'no_sensitive_context', 'no_external_effect'] as const;
const EXCHANGES = 1_000;

/** Answers for every sidecar of the fleet, on all addresses of 127/8. */
export async function startSidecars(): Promise<Server> {
  const all = Array.from({ length: EXCHANGES }, (_, at) => exchangeOf(at));
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sidecar');
    const answer =
      pathname === '/exchanges' ? exchangesOf(all, searchParams) : conditionsOf(request.headers.host ?? '');
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(PORT, '0.0.0.0', resolve);
  });
  return server;
}

/** As a sidecar answers: the newest between two times. */
function exchangesOf(all: readonly Exchange[], query: URLSearchParams): object {
  const number = (name: string, absent: number): number => Number(query.get(name) ?? absent);
  const [from, to] = [number('from', 0), number('to', Infinity)];
  const exchanges = all
    .filter(({ startMs }) => startMs >= from && startMs <= to)
    .slice(0, number('limit', EXCHANGES));
  return { v: 1, nowMs: Date.now(), log: 'bench/ns/pod/chain/0', isCut: true, exchanges };
}

interface Exchange {
  readonly startMs: number;
  readonly steps: readonly object[];
}

function conditionsOf(host: string): object {
  const nowMs = Date.now();
  const broken = Number(host.split(':')[0]?.split('.').at(-1) ?? 0) % 4;
  const times = { exchanges: 12, firstMs: nowMs - 3_600_000, lastMs: nowMs - 60_000 };
  return {
    ...{ v: 1, verdict: 'needed', sinceMs: nowMs - 7_200_000, nowMs, exchanges: 4_000 },
    enough: { exchanges: 1_000, ms: 3_600_000 },
    conditions: CONDITIONS.map((condition, at) => ({
      ...{ condition, state: at === broken ? 'broken' : 'met', exchanges: 4_000, sinceMs: nowMs - 7_200_000 },
      breaks: at === broken ? ['history', 'tool_called'].map((reason) => ({ reason, ...times })) : [],
      blind: [],
    })),
  };
}

function exchangeOf(at: number): Exchange {
  const startMs = Date.now() - at * 4_000;
  const isBlocked = at % 17 === 0;
  const hit = {
    ...{ control: 'egress', rule: 'pii.email', action: 'block', code: 'sensitive_output', mode: 'enforce' },
    ...{ pointer: '/choices/0/message/content', score: null },
  };
  const step = {
    timeMs: startMs,
    code: isBlocked ? hit.code : null,
    status: 200,
    moreHits: 0,
    seq: 40_000 - at,
  };
  return {
    ...{ id: `0199f3a2-0000-7000-8000-${String(at).padStart(12, '0')}`, startMs, endMs: startMs + 900 },
    ...{ direction: 'inbound', dialect: 'openai-chat', method: 'POST', path: '/v1/chat/completions' },
    ...{
      host: null,
      model: 'llama-3.1-8b',
      tools: ['search'],
      caller: null,
      tainted: at % 3 === 0,
      status: 200,
    },
    ...{ outcome: isBlocked ? 'refused' : 'completed', tokens: { input: 900, output: 200 }, policy: null },
    ...{ boundaryMs: 2.5, restMs: 880 },
    steps: [
      { ...step, kind: 'egress', verdict: isBlocked ? 'block' : 'allow', hits: isBlocked ? [hit] : [] },
    ],
  };
}
