import { afterEach, describe, expect, it } from '@jest/globals';

import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { Live, policyOf, send, type Got } from '../test-kit.ts';
import { APIS, type Api } from '../testing/calling-apis.ts';

const TOOLS = `tools: [{ name: look }, { name: pay, arguments: "args.amount < 10.0" }]`;

function policyWith(onDeny: string, more = ''): CompiledPolicy {
  return policyOf(`action: { onDeny: ${onDeny}, ${TOOLS} }\n${more}`);
}

const DENIES = policyWith('deny-result');
const [LOOK, LITTLE, MUCH] = [
  { name: 'look', args: {} },
  { name: 'pay', args: { amount: 5 } },
  { name: 'pay', args: { amount: 500 } },
] as const;
type Turn = readonly (typeof LOOK | typeof LITTLE | typeof MUCH)[];

let live: Live;
/** Bodies that reached the model server. */
let seen: Readonly<Record<string, unknown>>[] = [];
afterEach(() => live.close());

/** The server answers with these turns, then with the last of them again; a turn without calls is a text. */
async function ask(api: Api, streams: boolean, policy: CompiledPolicy, turns: readonly Turn[]): Promise<Got> {
  seen = [];
  live = await new Live({ policy }).start();
  live.answer = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.once('end', () => {
      seen.push(JSON.parse(Buffer.concat(chunks).toString()) as (typeof seen)[number]);
      const turn = turns[Math.min(seen.length, turns.length) - 1] ?? [];
      response.writeHead(200, { 'content-type': streams ? api.streamType : 'application/json' });
      response.end(streams ? api.streamed(turn) : JSON.stringify(api.whole(turn)));
    });
  };
  return send(live.port, {
    path: streams ? api.streamPath : api.path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(api.request(streams)),
  });
}

function decisions(): readonly string[] {
  return live.ledger.decisions.map(({ kind, verdict }) => `${kind} ${verdict}`);
}

const ROWS = APIS.flatMap((api) => [
  [api.name, false, api] as const,
  [`${api.name}, streamed`, true, api] as const,
]);

describe.each(ROWS)('a refused call in %s', (_name, streams, api) => {
  it('never reaches the client: the model learns of it and goes on', async () => {
    const got = await ask(api, streams, DENIES, [[MUCH], []]);
    expect([got.status, got.isBroken]).toEqual([200, false]);
    expect(got.body).toBe(streams ? api.streamed([]) : JSON.stringify(api.whole([])));
    expect(seen).toHaveLength(2);
    expect(decisions()).toEqual(['ingress allow', 'action block', 'retry allow', 'egress allow']);
  });

  it('is told in the form of results, and with it that the others of its turn were not run', async () => {
    await ask(api, streams, DENIES, [[LOOK, MUCH], []]);
    const [first = {}, second] = seen;
    expect(second).toEqual({
      ...first,
      [api.member]: [
        ...api.history,
        ...api.denied([
          [
            'look',
            {},
            'This call was not run, because another call of the same turn is not allowed. Make it again if it is still needed.',
          ],
          [
            'pay',
            { amount: 500 },
            'This call was not run: the policy of this workload does not allow it (refused by tool.arguments of action.tools). Do not make it again as it is.',
          ],
        ]),
      ],
    });
  });

  it('may be mended by the model', async () => {
    const got = await ask(api, streams, DENIES, [[MUCH], [LITTLE]]);
    expect(got.body).toBe(streams ? api.streamed([LITTLE]) : JSON.stringify(api.whole([LITTLE])));
    expect(seen).toHaveLength(2);
  });

  it('leaves nothing of its turn counted', async () => {
    const once = policyOf(
      `action: { onDeny: deny-result, tools: [{ name: look, when: "calls.count('look', '1h') < 1" }, { name: pay, arguments: "args.amount < 10.0" }] }`,
    );
    const got = await ask(api, streams, once, [
      [LOOK, MUCH],
      [MUCH, LOOK],
      [LOOK, LITTLE],
    ]);
    expect(got.body).toBe(streams ? api.streamed([LOOK, LITTLE]) : JSON.stringify(api.whole([LOOK, LITTLE])));
    expect(seen).toHaveLength(3);
  });

  it('ends the reply where the model insists', async () => {
    const got = await ask(api, streams, DENIES, [[MUCH]]);
    expect(seen).toHaveLength(4);
    expect(got.body).not.toMatch(/\b500\b/);
    expect(got.body).toMatch(api.clean);
    expect(decisions().filter((each) => each === 'retry allow')).toHaveLength(3);
    expect(decisions().at(-1)).toBe('action block');
  });

  it('ends the reply at once under finish, as under no policy of its own', async () => {
    const got = await ask(api, streams, policyWith('finish'), [[MUCH], []]);
    expect(seen).toHaveLength(1);
    expect([got.status, /\b500\b/.test(got.body)]).toEqual([200, false]);
    expect(got.body).toMatch(api.clean);
  });

  it('raises under error, although other replies end cleanly', async () => {
    const got = await ask(api, streams, policyWith('error', 'egress: { onBlock: finish }'), [[MUCH], []]);
    expect(seen).toHaveLength(1);
    // Of most streams, the first frame has gone before the call comes.
    if (!streams) expect(got.status).toBe(403);
    expect(got.body).toMatch(/tool_not_allowed/);
    expect(got.body).not.toMatch(api.clean);
  });

  it('changes nothing of replies that pass', async () => {
    const got = await ask(api, streams, DENIES, [[LOOK, LITTLE]]);
    expect(got.body).toBe(streams ? api.streamed([LOOK, LITTLE]) : JSON.stringify(api.whole([LOOK, LITTLE])));
    expect(seen).toHaveLength(1);
  });
});
