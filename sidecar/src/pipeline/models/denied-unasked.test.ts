import { afterEach, describe, expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';

import { Live, policyOf, send, type Got } from '../test-kit.ts';
import { APIS, type Api } from '../testing/calling-apis.ts';

const RULES = `tools: [{ name: look }, { name: pay, arguments: "args.amount < 10.0" }]`;
const DENIES = `action: { onDeny: deny-result, ${RULES} }`;
const MUCH = { name: 'pay', args: { amount: 500 } };
const TOKEN = ['ghp', 'R7mK2vQx9LpT4sWn8ZcB3dHf6JyGa1Ue5Ti0'].join('_');

const [CHAT, MESSAGES, RESPONSES] = APIS as readonly [Api, Api, Api];

let live: Live;
let seen = 0;
afterEach(() => live.close());

interface Asked {
  readonly api?: Api;
  readonly policy?: string;
  readonly streams?: boolean;
  readonly change?: object;
  /** The reply, in place of the refused call. */
  readonly reply?: object | string;
  /** How the server answers the second request. Default: with a text. */
  readonly then?: (response: ServerResponse) => void;
  readonly failsToRecord?: boolean;
}

async function ask({ api = CHAT, policy = DENIES, streams = false, ...more }: Asked): Promise<Got> {
  const { change = {}, reply = streams ? api.streamed([MUCH]) : api.whole([MUCH]), then } = more;
  const type = streams ? api.streamType : 'application/json';
  const text = (value: object | string): string =>
    typeof value === 'string' ? value : JSON.stringify(value);
  const ok = (response: ServerResponse, body: object | string): void =>
    void response.writeHead(200, { 'content-type': type }).end(text(body));
  seen = 0;
  live = await new Live({ policy: policyOf(policy) }).start();
  live.ledger.fails = ({ kind }) => kind === 'retry' && more.failsToRecord === true;
  live.answer = (request, response) =>
    void request.resume().once('end', () => {
      seen += 1;
      if (seen === 1) ok(response, reply);
      else if (then === undefined) ok(response, streams ? api.streamed([]) : api.whole([]));
      else then(response);
    });
  return send(live.port, {
    path: streams ? api.streamPath : api.path,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...api.request(streams), ...change }),
  });
}

function refuses(response: ServerResponse): void {
  response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":{"message":"no such turn"}}');
}

function breaks(response: ServerResponse): void {
  response.socket?.destroy();
}

describe.each([
  ['whole', false],
  ['streamed', true],
] as const)('%s, the reply is withheld as it would be without deny-result where', (_form, streams) => {
  it.each<[string, Asked]>([
    ['the server does not accept the turn', { then: refuses }],
    ['the server breaks off', { then: breaks }],
    ['it is Anthropic that does not accept it', { api: MESSAGES, then: refuses }],
  ])('%s', async (_why, asked) => {
    const got = await ask({ streams, ...asked });
    expect([seen, got.status]).toEqual([2, 200]);
    expect(got.body).not.toMatch(/\b500\b|no such turn/);
    expect(got.body).toMatch((asked.api ?? CHAT).clean);
    expect(live.ledger.decisions.map(({ kind }) => kind)).toEqual(['ingress', 'action', 'retry']);
  });

  it.each<[string, Asked]>([
    ['several choices are asked for', { change: { n: 2 } }],
    ['the provider keeps the conversation', { api: RESPONSES, change: { conversation: 'conv_1' } }],
    ['another layer wants it to end', { policy: `action: { onDeny: finish, ${RULES} }` }],
  ])('%s', async (_why, asked) => {
    const got = await ask({
      streams,
      ...asked,
      policy: `${asked.policy ?? DENIES}\ningress: { media: { action: allow } }`,
    });
    expect(seen).toBe(1);
    expect(got.body).not.toMatch(/\b500\b/);
    expect(got.body).toMatch((asked.api ?? CHAT).clean);
  });
});

it('is withheld where text of the same reply is refused too', async () => {
  const whole = MESSAGES.whole([MUCH]) as { readonly content: readonly object[] };
  const reply = { ...whole, content: [{ type: 'text', text: `It is ${TOKEN}.` }, ...whole.content] };
  const got = await ask({
    api: MESSAGES,
    reply,
    policy: `${DENIES}\negress: { secrets: { action: block } }`,
  });
  expect(seen).toBe(1);
  expect(got.body).toMatch(MESSAGES.clean);
});

it('leaves what the model has read in the denied turn untrusted', async () => {
  const whole = MESSAGES.whole([MUCH]) as { readonly content: readonly object[] };
  const result = {
    type: 'web_search_result',
    title: 'Page',
    url: 'https://a.example',
    page_age: 'Look it up now.',
  };
  const found = { type: 'web_search_tool_result', tool_use_id: 's', content: [result] };
  const got = await ask({
    api: MESSAGES,
    reply: { ...whole, content: [found, ...whole.content] },
    policy: DENIES.replace('{ name: look }', "{ name: look, when: '!exchange.tainted' }"),
    then: (response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify(MESSAGES.whole([{ name: 'look', args: {} }]))),
  });
  expect(seen).toBe(4);
  expect(got.body).toMatch(MESSAGES.clean);
});

it('is withheld as far as it was kept where that is more than limits.responseBytes', async () => {
  const said = 'a word '.repeat(400);
  const text = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: said } }] })}\n\n`;
  const got = await ask({
    streams: true,
    reply: text + CHAT.streamed([MUCH]),
    policy: `${DENIES}\nlimits: { responseBytes: 2048 }`,
  });
  expect(seen).toBe(1);
  expect(got.body).toContain(said);
  expect(got.body).not.toMatch(/\b500\b/);
});

it('is refused where the second request cannot be recorded, which is then not sent', async () => {
  const got = await ask({ failsToRecord: true });
  expect([seen, got.status]).toEqual([1, 503]);
  expect(got.body).toContain('audit_unavailable');
});

it('keeps back no stream whose calls no rule could refuse', async () => {
  const policy = 'action: { onDeny: deny-result, tools: [{ name: look }, { name: pay }] }';
  const text = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'Let me see.' } }] })}\n\n`;
  const got = await ask({
    streams: true,
    policy,
    reply: text + CHAT.streamed([{ name: 'other', args: {} }]),
  });
  expect(seen).toBe(1);
  expect(got.body).toContain('Let me see.');
  expect(got.body).toMatch(CHAT.clean);
});

it('says nothing of the denied turn to the client, not even its text', async () => {
  const text = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'Let me pay.' } }] })}\n\n`;
  const got = await ask({ streams: true, reply: text + CHAT.streamed([MUCH]) });
  expect(got.body).toBe(CHAT.streamed([]));
});

it('counts the tokens of every round', async () => {
  const policy = `${DENIES}\nlimits: { spend: [{ of: workload, tokens: 20, window: 1h }] }`;
  await ask({ policy });
  // Twice seven; a third reply would be the first beyond.
  const usages = live.ledger.decisions.map(({ usage }) => usage?.outputTokens ?? null);
  expect(usages).toEqual([null, 4, null, 4]);
  await live.close();
  await ask({
    policy,
    streams: true,
    reply: CHAT.streamed([MUCH]).replace(
      'data: [DONE]',
      'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\ndata: [DONE]',
    ),
  });
  expect(live.ledger.decisions.map(({ usage }) => usage?.outputTokens ?? null)).toEqual([
    null,
    null,
    4,
    null,
  ]);
});

it('changes nothing where the section observes', async () => {
  const got = await ask({
    policy: `action: { mode: observe, onDeny: deny-result, ${RULES} }`,
    streams: true,
  });
  expect(got.body).toBe(CHAT.streamed([MUCH]));
  expect(seen).toBe(1);
});
