import { describe, expect, it } from '@jest/globals';

import { send, type Got } from '../pipeline/test-kit.ts';
import { APIS } from '../pipeline/testing/calling-apis.ts';
import type { Replica } from './testing/replica.ts';
import { Replicas } from './testing/replicas.ts';

const replicas = new Replicas();
const { server } = replicas;

const [LOOK, PAY, MUCH] = [
  { name: 'look', args: {} },
  { name: 'pay', args: { amount: 5 } },
  { name: 'pay', args: { amount: 500 } },
] as const;
type Turn = readonly (typeof LOOK | typeof PAY | typeof MUCH)[];
type Api = (typeof APIS)[number];

/** A sidecar that lets `limit` payments pass in an hour, of all replicas, each below 10. */
async function replica(limit: number, onDeny = 'deny-result', more = ''): Promise<Replica> {
  const when = `calls.count('pay', '1h', 'workload') < ${limit}`;
  const tools = `[{ name: look }, { name: pay, when: "${when}", arguments: "args.amount < 10.0" }]`;
  return replicas.open(`action: { onDeny: ${onDeny}, tools: ${tools} }\n${more}`);
}

interface Asked {
  readonly got: Got;
  /** Bodies that reached the model server. */
  readonly seen: readonly string[];
}

/** The server answers with these turns, then with a text. `before`: done when the model is asked so often, before it answers. */
async function ask(
  { live }: Replica,
  api: Api,
  [streams, turns]: readonly [boolean, readonly Turn[]],
  before: Readonly<Record<number, () => unknown>> = {},
): Promise<Asked> {
  const seen: string[] = [];
  live.answer = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      seen.push(Buffer.concat(chunks).toString());
      const turn = turns[seen.length - 1] ?? [];
      void Promise.resolve(before[seen.length]?.()).then(() => {
        response.writeHead(200, { 'content-type': streams ? api.streamType : 'application/json' });
        response.end(streams ? api.streamed(turn) : JSON.stringify(api.whole(turn)));
      });
    });
  };
  const got = await send(live.port, {
    path: streams ? api.streamPath : api.path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(api.request(streams)),
  });
  return { got, seen };
}

/** Another replica makes so many payments meanwhile. */
async function spend(other: Replica, api: Api, count = 1): Promise<void> {
  const { got } = await ask(other, api, [false, [Array.from({ length: count }, () => PAY)]]);
  expect(got.body).toContain('pay');
}

function decisions({ live }: Replica): readonly string[] {
  return live.ledger.decisions.map(({ kind, verdict }) => `${kind} ${verdict}`);
}

const ROWS = APIS.flatMap((api) => [
  [api.name, false, api] as const,
  [`${api.name}, streamed`, true, api] as const,
]);
const WITHHELD = ['ingress allow', 'action block'];

replicas.describe('two sidecars with one server', () => {
  describe.each(ROWS)('a call that is refused when it is reserved, in %s', (_name, streams, api) => {
    function said(turns: Turn): string {
      return streams ? api.streamed(turns) : JSON.stringify(api.whole(turns));
    }

    it('is told to the model, which goes on', async () => {
      const [a, b] = [await replica(1), await replica(1)];
      const { got, seen } = await ask(a, api, [streams, [[PAY]]], { 1: () => spend(b, api) });
      expect([got.status, got.body]).toEqual([200, said([])]);
      expect(seen).toHaveLength(2);
      expect(seen[1]).toContain('does not allow it (refused by tool.when of action.tools');
      expect(decisions(a)).toEqual([...WITHHELD, 'retry allow', 'egress allow']);
    });

    it('is told apart from those of its turn that fit', async () => {
      const [a, b] = [await replica(2), await replica(2)];
      const { got, seen } = await ask(a, api, [streams, [[LOOK, PAY, PAY]]], { 1: () => spend(b, api) });
      expect(got.body).toBe(said([]));
      expect(seen[1]).toContain('another call of the same turn is not allowed');
      expect(seen[1]).toContain('refused by tool.when of action.tools');
    });

    it('is reserved in the second round too, and refused in the third', async () => {
      const [a, b] = [await replica(2), await replica(2)];
      const { got, seen } = await ask(a, api, [streams, [[MUCH], [PAY]]]);
      expect(got.body).toBe(said([PAY]));
      expect(seen).toHaveLength(2);
      const turns = [[MUCH], [MUCH], [PAY]];
      const last = await ask(a, api, [streams, turns], { 3: () => spend(b, api) });
      expect(last.got.body).toBe(said([]));
      expect(last.seen).toHaveLength(4);
      // Both are used up, by one of each.
      expect((await ask(b, api, [streams, [[PAY]]])).got.body).toBe(said([]));
    });

    it('leaves what it would have counted to others', async () => {
      const [a, b] = [await replica(3), await replica(3)];
      await ask(a, api, [streams, [[PAY, PAY]]], { 1: () => spend(b, api, 2) });
      await spend(b, api);
    });

    it('is withheld at once under finish, and raises under error', async () => {
      const [a, b] = [await replica(1, 'finish'), await replica(1, 'error', 'egress: { onBlock: finish }')];
      const ended = await ask(a, api, [streams, [[PAY]]], { 1: () => spend(b, api) });
      expect(ended.seen).toHaveLength(1);
      expect(ended.got.body).toMatch(api.clean);
      await server.empty();
      const raised = await ask(b, api, [streams, [[PAY]]], { 1: () => spend(a, api) });
      expect(raised.seen).toHaveLength(1);
      expect(raised.got.body).toMatch(/tool_not_allowed/);
      expect(raised.got.body).not.toMatch(api.clean);
    });

    it('is an error where the server cannot be reached, of which the model is not told', async () => {
      const a = await replica(1, 'deny-result', 'egress: { onBlock: finish }');
      const { got, seen } = await ask(a, api, [streams, [[PAY]]], { 1: () => server.kill() });
      await replicas.startServer();
      expect(seen).toHaveLength(1);
      expect(got.body).toMatch(/detector_unavailable/);
      expect(got.body).not.toMatch(api.clean);
      expect(decisions(a)).toEqual(WITHHELD);
    });

    it('is not told to the model where the replicas have used up a rate meanwhile', async () => {
      const limits = 'limits: { requestsPerMinute: 2 }';
      const [a, b] = [await replica(9, 'deny-result', limits), await replica(9, 'deny-result', limits)];
      const { got, seen } = await ask(a, api, [streams, [[MUCH]]], { 1: () => spend(b, api) });
      expect(seen).toHaveLength(1);
      expect(got.body).toMatch(api.clean);
      expect(decisions(a)).toEqual([...WITHHELD, 'retry block']);
    });
  });
});
