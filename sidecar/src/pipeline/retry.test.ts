import { afterEach, describe, expect, it } from '@jest/globals';

import { Live, policyOf, send } from './test-kit.ts';

const TALK = [{ role: 'user', content: 'Hello.' }];
const CHAT = { model: 'm', messages: TALK };
const REPLY = {
  id: 'c',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Good day.' }, finish_reason: 'stop' }],
};

interface Row {
  readonly name: string;
  readonly path?: string;
  readonly request: object;
  /** The server sends it before it resets the connection. */
  readonly beginning?: string;
  readonly failsToRecord?: boolean;
  readonly code: string;
}

const RESPONSE = { model: 'm', input: 'Hello.' };
const once: readonly Row[] = [
  { name: 'a byte of the reply came', request: CHAT, beginning: 'H', code: 'upstream_unavailable' },
  { name: 'its record fails', request: CHAT, failsToRecord: true, code: 'audit_unavailable' },
  { name: 'the completion is stored', request: { ...CHAT, store: true }, code: 'upstream_unavailable' },
  {
    name: 'the provider runs a tool',
    request: { ...CHAT, tools: [{ type: 'web_search' }] },
    code: 'upstream_unavailable',
  },
  {
    name: 'the provider keeps a container',
    path: '/v1/messages',
    request: { ...CHAT, max_tokens: 5, container: 'c_1' },
    code: 'upstream_unavailable',
  },
  {
    name: 'the response is stored by default',
    path: '/v1/responses',
    request: RESPONSE,
    code: 'upstream_unavailable',
  },
  {
    name: 'the response belongs to a conversation',
    path: '/v1/responses',
    request: { ...RESPONSE, store: false, conversation: 'conv_1' },
    code: 'upstream_unavailable',
  },
];

describe('a kept connection that the server resets', () => {
  let live: Live;
  /** Requests that reached the server. */
  let seen = 0;

  afterEach(() => live.close());

  /** Answers the first request of a connection, resets it at the second; `resets` more connections are reset at the first. */
  async function begin(beginning = '', resets = 0): Promise<void> {
    const policy = policyOf('ingress: { media: { action: allow } }\naction: { default: allow }');
    live = await new Live({ policy }).start();
    seen = 0;
    let left = resets;
    const served = new WeakSet<object>();
    live.answer = (request, response) => {
      seen += 1;
      const { socket } = request;
      request.resume().once('end', () => {
        const isAtFault = served.has(socket) || (seen > 1 && left-- > 0);
        if (isAtFault && beginning === '') socket.resetAndDestroy();
        else if (isAtFault) socket.end(beginning);
        else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(REPLY));
        served.add(socket);
      });
    };
  }

  const ask = (body: object, path = '/v1/chat/completions'): ReturnType<typeof send> =>
    send(live.port, { path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const retries = (): number => live.ledger.decisions.filter(({ kind }) => kind === 'retry').length;

  it.each(once.map((row) => [row.name, row] as const))('is not tried again: %s', async (_name, row) => {
    await begin(row.beginning);
    await ask(CHAT);
    live.ledger.fails = ({ kind }) => kind === 'retry' && row.failsToRecord === true;
    const got = await ask(row.request, row.path);
    expect(got.status).toBeGreaterThanOrEqual(500);
    expect(got.body).toContain(row.code);
    expect(seen).toBe(2);
    expect(retries()).toBe(0);
  });

  it('is not tried a third time', async () => {
    await begin('', 1);
    await ask(CHAT);
    const got = await ask(CHAT);
    expect(got.body).toContain('upstream_unavailable');
    expect(seen).toBe(3);
    expect(retries()).toBe(1);
  });

  it('is tried once more on a fresh one, on the record', async () => {
    await begin();
    await ask(CHAT);
    const got = await ask(CHAT);
    expect([got.status, got.body]).toEqual([200, JSON.stringify(REPLY)]);
    expect(seen).toBe(3);
    const [first, second] = live.ledger.decisions.filter(({ kind }) => kind !== 'egress').slice(-2);
    expect([first?.kind, second?.kind]).toEqual(['ingress', 'retry']);
    expect(second?.exchange).toBe(first?.exchange);
    expect(await live.telemetry.text()).toContain(
      'llm_boundary_upstream_retries_total{direction="inbound"} 1',
    );
  });
});
