import { afterEach, describe, expect, it } from '@jest/globals';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';

import { Live, policyOf, send, type Got } from '../test-kit.ts';
import { APIS, type Api } from '../testing/calling-apis.ts';

const DENIES = `action: { onDeny: deny-result, tools: [{ name: look }, { name: pay, arguments: "args.amount < 10.0" }] }`;
const MUCH = { name: 'pay', args: { amount: 500 } };
const [CHAT] = APIS as readonly [Api];
const USAGE = { prompt_tokens: 600, completion_tokens: 400, total_tokens: 1000 };

let live: Live;
let seen: { readonly headers: IncomingHttpHeaders; readonly bytes: number }[] = [];
afterEach(() => live.close());

interface Asked {
  readonly policy?: string;
  readonly api?: Api;
  readonly streams?: boolean;
  readonly call?: typeof MUCH;
  readonly headers?: Readonly<Record<string, string>>;
  /** How the server answers the second request. Default: as the first. */
  readonly then?: (response: ServerResponse, api: Api) => void;
  readonly failsToRecord?: boolean;
}

async function ask({ policy = '', api = CHAT, streams = false, ...more }: Asked): Promise<Got> {
  const { call = MUCH, headers = {}, then, failsToRecord = false } = more;
  seen = [];
  live = await new Live({ policy: policyOf(`${DENIES}\n${policy}`) }).start();
  live.ledger.fails = ({ kind }) => kind === 'retry' && failsToRecord;
  live.answer = (request, response) => {
    let bytes = 0;
    request.on('data', (chunk: Buffer) => (bytes += chunk.length));
    request.once('end', () => {
      seen.push({ headers: request.headers, bytes });
      if (seen.length > 1 && then !== undefined) {
        then(response, api);
        return;
      }
      response.writeHead(200, { 'content-type': streams ? api.streamType : 'application/json' });
      response.end(streams ? api.streamed([call]) : JSON.stringify({ ...api.whole([call]), usage: USAGE }));
    });
  };
  return send(live.port, {
    path: streams ? api.streamPath : api.path,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(api.request(streams)),
  });
}

function retries(): readonly string[] {
  return live.ledger.decisions
    .filter(({ kind }) => kind === 'retry')
    .map(({ verdict, code, hits }) => [verdict, code, ...hits.map(({ rule }) => rule)].join(' ').trim());
}

function answersWith(status: number, head: Readonly<Record<string, string>>, body: string) {
  return (response: ServerResponse): void => void response.writeHead(status, head).end(body);
}

const JSON_TYPE = { 'content-type': 'application/json' };

describe('a further round of a stream whose head has gone', () => {
  it.each<[string, NonNullable<Asked['then']>]>([
    [
      'answers with a whole reply',
      (response, api) => answersWith(200, JSON_TYPE, JSON.stringify(api.whole([])))(response),
    ],
    ['answers in another framing', answersWith(200, { 'content-type': 'application/x-ndjson' }, '{"a":1}\n')],
    ['answers with nothing', answersWith(200, JSON_TYPE, '')],
    ['answers in an unknown coding', answersWith(200, { ...JSON_TYPE, 'content-encoding': 'x' }, 'a')],
    ['redirects to another host', answersWith(302, { location: 'https://other.example/' }, '')],
    [
      'breaks off at its beginning',
      (response) => {
        response.writeHead(200, { ...JSON_TYPE, 'content-length': '100' });
        response.write(' ', () => response.socket?.destroy());
      },
    ],
  ])('%s: the reply is withheld', async (_how, then) => {
    const got = await ask({ streams: true, then });
    expect([seen.length, got.status, got.isBroken]).toEqual([2, 200, false]);
    expect(got.body).toMatch(CHAT.clean);
    expect(got.body).not.toMatch(/\b500\b|All done/);
  });

  it('cannot be recorded: the reply is withheld', async () => {
    const got = await ask({ streams: true, failsToRecord: true });
    expect([seen.length, got.status, got.isBroken]).toEqual([1, 200, false]);
    expect(got.body).toMatch(CHAT.clean);
  });
});

describe.each(APIS)('$name: rounds end where a limit is used up', (api) => {
  it.each([
    ['requestsPerMinute: 2', 'block limit_exceeded limits.requests-per-minute'],
    ['perCaller: { requestsPerMinute: 2 }', 'block limit_exceeded limits.per-caller.requests-per-minute'],
  ])('%s', async (limit, reason) => {
    const got = await ask({ api, policy: `limits: { ${limit} }` });
    expect([seen.length, got.status]).toEqual([2, 200]);
    expect(got.body).toMatch(api.clean);
    expect(retries()).toEqual(['allow', reason]);
  });
});

describe('rounds end where tokens are used up', () => {
  it.each<readonly [string, number, string]>([
    ['spend: [{ of: workload, window: 1h, tokens: 1500 }]', 2, 'block limit_exceeded limits.spend'],
    [
      'spend: [{ of: workload, window: 1h, tokens: 10, unreported: exhaust }]',
      1,
      'block limit_exceeded limits.spend',
    ],
    ['tokensPerMinute: 100', 1, 'block limit_exceeded limits.tokens-per-minute'],
  ])('%s', async (limit, rounds, reason) => {
    const got = await ask({ policy: `limits: { ${limit} }` });
    expect(seen).toHaveLength(rounds);
    expect(got.body).toMatch(CHAT.clean);
    expect(retries()).toEqual([...Array<string>(rounds - 1).fill('allow'), reason]);
  });

  it('of a stream, which then ends as withheld', async () => {
    const got = await ask({
      streams: true,
      policy: 'limits: { spend: [{ of: workload, window: 1h, tokens: 10, unreported: exhaust }] }',
    });
    expect([seen.length, got.isBroken]).toEqual([1, false]);
    expect(got.body).toMatch(CHAT.clean);
    expect(retries()).toEqual(['block limit_exceeded limits.spend']);
  });

  it('and what was used in the rounds is used for the next request', async () => {
    await ask({ policy: 'limits: { spend: [{ of: workload, window: 1h, tokens: 4001 }] }' });
    expect(retries()).toEqual(['allow', 'allow', 'allow']);
    const again = (): Promise<Got> =>
      send(live.port, { path: CHAT.path, headers: JSON_TYPE, body: JSON.stringify(CHAT.request(false)) });
    await again();
    expect(seen).toHaveLength(5);
    expect((await again()).status).toBe(429);
    expect(seen).toHaveLength(5);
  });
});

it('sends no request that is larger than limits.requestBytes', async () => {
  const got = await ask({
    call: { name: 'pay', args: { amount: 500, note: 'e'.repeat(3000) } as { amount: number } },
    policy: 'limits: { requestBytes: 2KiB }',
  });
  expect(seen).toHaveLength(1);
  expect(got.body).toMatch(CHAT.clean);
  expect(retries()).toEqual(['block body_too_large limits.request-bytes']);
});

it('leaves out headers that belong to the body of the first request', async () => {
  const kept = { authorization: 'Bearer abc', 'x-request-id': 'r', 'openai-organization': 'o' };
  await ask({
    headers: {
      ...kept,
      'Idempotency-Key': 'k',
      'content-md5': 'm',
      digest: 'sha-256=a',
      'content-digest': 'sha-256=:a:',
      'repr-digest': 'sha-256=:a:',
      'x-amz-checksum-crc32': 'c',
      'x-amz-content-sha256': 's',
      'repeatability-request-id': 'q',
      'repeatability-first-sent': 't',
    },
    then: (response, api) => answersWith(200, JSON_TYPE, JSON.stringify(api.whole([])))(response),
  });
  const [first, second] = seen.map(({ headers }) => headers);
  expect(first).toMatchObject({ ...kept, 'idempotency-key': 'k', digest: 'sha-256=a' });
  expect(second).toMatchObject(kept);
  expect(Object.keys(second ?? {}).sort()).toEqual(
    [
      ...Object.keys(kept),
      'accept-encoding',
      'connection',
      'content-length',
      'content-type',
      'host',
      'via',
    ].sort(),
  );
});

it.each([
  { authorization: 'AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c' },
  { authorization: 'HMAC-SHA256 Credential=a' },
  { authorization: 'Signature keyId="a",signature="b"' },
  { authorization: 'Digest username="a", response="b"' },
  { authorization: 'OAuth oauth_consumer_key="a", oauth_signature="b"' },
  { 'signature-input': 'a=("content-digest")', signature: 'a=:b:' },
  { 'x-hub-signature-256': 'sha256=a' },
])('a signed request cannot be sent with another body: %j', async (headers) => {
  const got = await ask({ headers });
  expect(seen).toHaveLength(1);
  expect(got.body).toMatch(CHAT.clean);
});
