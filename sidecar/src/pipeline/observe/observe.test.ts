import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

import { Live, policyOf, send } from '../test-kit.ts';
import { CHAT, SAMPLES } from '../testing/samples.ts';

function testdata(path: string): string {
  return readFileSync(new URL(`../../dialects/${path}`, import.meta.url), 'utf8');
}
const POLICY =
  'mode: observe\nlimits: { requestBytes: 2KiB, responseBytes: 2KiB }\negress: { pii: { action: block }, onBlock: error }\nmodels: { allow: [none] }';
const JSON_TYPE = { 'content-type': 'application/json' };
const EVENTS = { 'content-type': 'text/event-stream' };

interface Row {
  readonly name: string;
  readonly path?: string;
  readonly request?: unknown;
  readonly sent?: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** A rule that must be on the record. */
  readonly hit?: string;
}

const STREAMED = CHAT.request('Hello.', { stream: true });
const MAIL = CHAT.stream?.(['Write to anna', '@example.com', '.']) ?? '';
const rows: readonly Row[] = [
  {
    name: 'a whole reply that would be withheld',
    headers: JSON_TYPE,
    body: JSON.stringify(CHAT.whole('anna@example.com')),
    hit: 'pii.email',
  },
  {
    name: 'a stream that would be withheld',
    request: STREAMED,
    headers: EVENTS,
    body: MAIL,
    hit: 'pii.email',
  },
  {
    name: 'a whole reply of no known shape',
    headers: JSON_TYPE,
    body: '[ {"any": [1,  2]}, {"a": 1, "a": 2} ]',
    hit: 'response.unreadable',
  },
  { name: 'a reply that is no JSON', headers: JSON_TYPE, body: '{', hit: 'response.unreadable' },
  {
    name: 'a reply of another type',
    headers: { 'content-type': 'application/xml' },
    body: '<a/>',
    hit: 'response.unreadable',
  },
  {
    name: 'a stream that breaks its reader',
    request: STREAMED,
    headers: EVENTS,
    body: `data: {half\n\n${MAIL}: a comment\n\n`,
    hit: 'response.unreadable',
  },
  {
    name: 'a stream without its end',
    request: STREAMED,
    headers: EVENTS,
    body: MAIL.slice(0, 700),
    hit: 'response.unreadable',
  },
  { name: 'an empty stream', request: STREAMED, headers: EVENTS, body: '', hit: 'response.unreadable' },
  {
    name: 'a stream of other lines',
    request: STREAMED,
    headers: EVENTS,
    body: MAIL.replaceAll('\n', '\r\n'),
  },
  {
    name: 'a reply over the limit',
    headers: JSON_TYPE,
    body: JSON.stringify(CHAT.whole('x'.repeat(5000))),
    hit: 'limits.response-bytes',
  },
  {
    name: 'a compressed reply',
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip', etag: '"1"' },
    body: gzipSync(JSON.stringify(CHAT.whole('anna@example.com'))),
    hit: 'pii.email',
  },
  {
    name: 'a reply that does not decompress',
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
    body: 'plain',
    hit: 'response.unreadable',
  },
  {
    name: 'an unknown coding',
    headers: { ...JSON_TYPE, 'content-encoding': 'odd' },
    body: 'plain',
    hit: 'response.unreadable',
  },
  {
    name: 'an error of the server',
    status: 500,
    headers: { 'content-type': 'text/plain', 'retry-after': '3' },
    body: 'busy: anna@example.com',
    hit: 'pii.email',
  },
  {
    name: 'a request that cannot be read',
    request: { model: 1 },
    headers: JSON_TYPE,
    body: '{}',
    hit: 'request.unreadable',
  },
  {
    name: 'a request over the limit',
    request: CHAT.request('x'.repeat(300_000)),
    headers: JSON_TYPE,
    body: '{}',
    hit: 'limits.request-bytes',
  },
  {
    name: 'a request of another type',
    sent: { 'content-type': 'text/plain' },
    headers: JSON_TYPE,
    body: '{}',
    hit: 'request.unreadable',
  },
  {
    name: 'a model that is not listed',
    headers: JSON_TYPE,
    body: JSON.stringify(CHAT.whole('Good day.')),
    hit: 'model.not-listed',
  },
  {
    name: 'an unknown route',
    path: '/v1/other',
    headers: JSON_TYPE,
    body: '[ ]',
    hit: 'endpoint.not-listed',
  },
  {
    name: 'a variant spelling',
    path: '/V1/chat/completions',
    headers: JSON_TYPE,
    body: '[ ]',
    hit: 'endpoint.not-listed',
  },
  ...SAMPLES.flatMap((sample): readonly Row[] => {
    const { name, path, streamPath = path } = sample;
    return [
      {
        name: `${name}, whole`,
        path,
        request: sample.request('Hello.'),
        headers: JSON_TYPE,
        body: JSON.stringify(sample.whole('anna@example.com')),
        hit: 'pii.email',
      },
      {
        name: `${name}, streamed`,
        path: streamPath,
        request: sample.request('Hello.', streamPath === path ? { stream: true } : {}),
        headers: { 'content-type': sample.streamType },
        body: sample.stream?.(['Write to anna', '@example.com', '.']) ?? '',
        hit: 'pii.email',
      },
    ];
  }),
  {
    name: 'recorded chat',
    request: STREAMED,
    headers: EVENTS,
    body: testdata('openai-chat/testdata/stream.sse'),
  },
  {
    name: 'recorded responses',
    path: '/v1/responses',
    request: { model: 'm', input: 'Hello.', stream: true },
    headers: EVENTS,
    body: testdata('openai-responses/testdata/stream.sse'),
  },
  {
    name: 'recorded messages',
    path: '/v1/messages',
    request: { model: 'm', max_tokens: 9, stream: true, messages: [{ role: 'user', content: 'Hello.' }] },
    headers: EVENTS,
    body: testdata('anthropic-messages/testdata/stream.sse'),
  },
];

describe('an observing policy', () => {
  it.each(rows.map((row) => [row.name, row] as const))('passes %s byte for byte', async (_name, row) => {
    const live = await new Live({ policy: policyOf(POLICY) }).start();
    const {
      path = CHAT.path,
      request = CHAT.request('Hello.'),
      status = 200,
      headers,
      sent = JSON_TYPE,
    } = row;
    let received = '';
    live.answer = (incoming, response) => {
      incoming.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
      incoming.once('end', () => response.writeHead(status, { ...headers, 'x-own': 'kept' }).end(row.body));
    };
    try {
      const body = JSON.stringify(request);
      const got = await send(live.port, { path, headers: sent, body });
      expect(received).toBe(body);
      expect(Buffer.from(got.body, 'latin1').equals(Buffer.from(row.body))).toBe(true);
      expect(got).toMatchObject({ status, isBroken: false, headers: { ...headers, 'x-own': 'kept' } });
      const hits = live.ledger.decisions.flatMap((decision) => decision.hits);
      expect(hits.every(({ mode }) => mode === 'observe')).toBe(true);
      if (row.hit !== undefined) expect(hits.map(({ rule }) => rule)).toContain(row.hit);
      expect(live.ledger.decisions.every(({ verdict }) => verdict !== 'block')).toBe(true);
    } finally {
      await live.close();
    }
  });

  it.each([
    ['observe', 'system', ['system', 'user'], false],
    ['observe', 'tool', ['tool', 'user'], true],
    ['enforce', 'tool', ['tool', 'user'], true],
  ])(
    'that is to %s records whom a request with text of %s speaks for',
    async (mode, role, origins, tainted) => {
      const live = await new Live({ policy: policyOf(`mode: ${mode}`) }).start();
      const { messages, ...request } = CHAT.request('Hello.') as { readonly messages: readonly object[] };
      const more = { role, content: 'It rains.', ...(role === 'tool' ? { tool_call_id: 'c' } : {}) };
      const body = JSON.stringify({ ...request, messages: [...messages, more] });
      await send(live.port, { path: CHAT.path, headers: JSON_TYPE, body });
      expect(live.ledger.decisions[0]).toMatchObject({ origins, tainted });
      await live.close();
    },
  );

  it('forwards nothing that cannot be recorded', async () => {
    const live = await new Live({ policy: policyOf(POLICY) }).start();
    live.ledger.fails = () => true;
    const got = await send(live.port, {
      path: CHAT.path,
      headers: JSON_TYPE,
      body: JSON.stringify(CHAT.request('Hello.')),
    });
    expect(got.status).toBe(503);
    await live.close();
  });

  it('passes bodies unread that the process has no room for', async () => {
    const live = await new Live({ policy: policyOf('mode: observe'), bodyMemoryBytes: 1024 }).start();
    let received = '';
    live.answer = (incoming, response) => {
      incoming.setEncoding('utf8').on('data', (chunk: string) => (received += chunk));
      incoming.once('end', () => response.writeHead(200, JSON_TYPE).end('{}'));
    };
    const body = JSON.stringify(CHAT.request('x'.repeat(100_000)));
    const got = await send(live.port, { path: CHAT.path, headers: JSON_TYPE, body });
    expect([got.status, got.body, received === body]).toEqual([200, '{}', true]);
    const hits = live.ledger.decisions.flatMap((decision) => decision.hits);
    expect(hits.map(({ rule }) => rule)).toEqual(['limits.request-bytes']);
    await live.close();
  });

  it('breaks a reply where the server does', async () => {
    const live = await new Live({ policy: policyOf(POLICY) }).start();
    live.answer = (_request, response) => {
      response.writeHead(200, EVENTS).write('data: half');
      setTimeout(() => response.destroy(), 20);
    };
    const got = await send(live.port, {
      path: CHAT.path,
      headers: JSON_TYPE,
      body: JSON.stringify(STREAMED),
    });
    expect(got).toMatchObject({ status: 200, body: 'data: half', isBroken: true });
    await live.close();
  });
});
