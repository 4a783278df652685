import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createSecureContext } from 'node:tls';
import { gunzipSync } from 'node:zlib';

import { hashOf } from '../record/chain.ts';
import { NO_CREDENTIALS } from './credentials.ts';
import { Exporter, type ExporterOptions, type ExportOutcome } from './exporter.ts';
import { waitIn } from './retry-after.ts';
import { requestEncoder } from './otlp-request.ts';
import { readSpooledLine, type SpooledLine } from './spooled-line.ts';
import { makeCertificate } from './testing/certificate.ts';
import { IDENTITY } from './testing/lines.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void;

const TLS = makeCertificate();
const CLIENT = makeCertificate();

let server: Server | null = null;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = null;
});

function answered(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: string | Buffer = '',
): Answer {
  return (_, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

/** `mutual`: whoever shows no certificate of ours is let go in the handshake. */
async function listen(answer: Answer, tls: boolean | 'mutual' = false): Promise<string> {
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks)));
  };
  const own = { cert: TLS.certificate, key: TLS.key };
  const asking =
    tls === 'mutual' ? { ca: CLIENT.certificate, requestCert: true, rejectUnauthorized: true } : {};
  const made = tls === false ? createServer(handle) : createTlsServer({ ...own, ...asking }, handle);
  server = made;
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return `${tls === false ? 'http' : 'https'}://127.0.0.1:${(made.address() as AddressInfo).port}/v1/logs`;
}

const ORIGIN = 'local/ml/agent-0/chain/0123456789abcdef';

function line(position: number, text = ''): SpooledLine {
  const made = readSpooledLine(
    Buffer.from(
      JSON.stringify({
        kind: 'ingress',
        origin: ORIGIN,
        seq: position,
        text,
        time: '2026-01-01T00:00:00.000Z',
      }),
    ),
    ORIGIN,
  );
  if (made === null) throw new Error('not a line');
  return made;
}

async function send(
  endpoint: string,
  change: Partial<ExporterOptions & ExporterOptions['sink']> = {},
  lines: readonly SpooledLine[] = [line(0), line(1)],
): Promise<ExportOutcome> {
  const encoding = change.encoding ?? 'protobuf';
  const exporter = new Exporter({
    sink: { endpoint, encoding, compression: change.compression ?? 'none' },
    encode: requestEncoder(encoding, IDENTITY, '0.0.0'),
    credentials: NO_CREDENTIALS,
    trust: createSecureContext(),
    timeoutMs: 60_000,
    lookup: null,
    ...change,
  });
  try {
    return await exporter.send(lines, new AbortController().signal);
  } finally {
    await exporter.close();
  }
}

const PROTOBUF = { 'content-type': 'application/x-protobuf' };
const JSON_TYPE = { 'content-type': 'application/json' };
/** `ExportLogsServiceResponse{partial_success{rejected_log_records: 1, error_message: "no"}}` */
const PARTIAL = Buffer.from([0x0a, 0x06, 0x08, 0x01, 0x12, 0x02, 0x6e, 0x6f]);

describe('Exporter', () => {
  it.each<readonly [string, Answer, Partial<ExportOutcome>]>([
    ['503', answered(503), { result: 'unavailable', retryAfterMs: null }],
    [
      '429 with seconds',
      answered(429, { 'retry-after': '7' }),
      { result: 'unavailable', retryAfterMs: 7_000 },
    ],
    ['413', answered(413), { result: 'refused', divide: true }],
    ['400', answered(400), { result: 'refused', divide: true }],
    ['401', answered(401), { result: 'refused', divide: false }],
    ['a redirect', answered(307, { location: 'http://127.0.0.1:1/' }), { result: 'reply' }],
    [
      'a page instead of a reply',
      answered(200, { 'content-type': 'text/html' }, '<html>'),
      { result: 'reply' },
    ],
    ['garbage as protobuf', answered(200, PROTOBUF, '<html>'), { result: 'reply' }],
    ['garbage as JSON', answered(200, JSON_TYPE, '<html>'), { result: 'reply' }],
    ['JSON that is no object', answered(200, JSON_TYPE, '[]'), { result: 'reply' }],
    [
      'a negative number of records',
      answered(200, JSON_TYPE, '{"partialSuccess":{"rejectedLogRecords":"-1"}}'),
      { result: 'reply' },
    ],
    ['a body without an end', (_, response) => endless(response), { result: 'reply' }],
    ['a partial success', answered(200, PROTOBUF, PARTIAL), { result: 'rejected', divide: true }],
    [
      'a partial success in JSON',
      answered(200, JSON_TYPE, '{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"no"}}'),
      { result: 'rejected', reason: '2 records were rejected: no' },
    ],
    ['no answer', () => undefined, { result: 'timeout' }],
    [
      'an answer that stops in its middle',
      (_, response) => {
        response.writeHead(200, { ...PROTOBUF, 'content-length': '9' });
        response.write('x');
      },
      { result: 'timeout' },
    ],
    ['a connection that is reset', (request) => request.socket.resetAndDestroy(), { result: 'connection' }],
    ['an empty reply', answered(200), { result: 'delivered', reason: '' }],
    ['an empty reply without a body', answered(204), { result: 'delivered' }],
    ['an empty object', answered(200, JSON_TYPE, '{}'), { result: 'delivered' }],
    [
      'a warning without a rejection',
      answered(200, JSON_TYPE, '{"partialSuccess":{"errorMessage":"slow"}}'),
      { result: 'delivered' },
    ],
  ])('takes %s for what it is', async (_, answer, expected) => {
    const timeoutMs = expected.result === 'timeout' ? 300 : 60_000;
    expect(await send(await listen(answer), { timeoutMs })).toMatchObject(expected);
  });

  it('takes protobuf for no answer to JSON', async () => {
    expect(await send(await listen(answered(200, PROTOBUF, PARTIAL)), { encoding: 'json' })).toMatchObject({
      result: 'reply',
    });
  });

  it('fails without a listener', async () => {
    expect(await send('http://127.0.0.1:1/v1/logs')).toMatchObject({
      result: 'connection',
      reason: 'ECONNREFUSED',
    });
  });

  it('sends nothing to a receiver whose certificate is not trusted, and sends to it with its CA', async () => {
    let requests = 0;
    const endpoint = await listen((_, response) => {
      requests += 1;
      response.end();
    }, true);
    expect(await send(endpoint)).toMatchObject({ result: 'tls' });
    expect(requests).toBe(0);
    expect(await send(endpoint, { credentials: { ...NO_CREDENTIALS, ca: TLS.certificate } })).toMatchObject({
      result: 'delivered',
    });
  });

  it.each([
    ['nothing to a receiver that asks for a certificate, without one', {}, 0],
    ['nothing with a certificate of others', { certificate: TLS.certificate, key: TLS.key }, 0],
    ['lines with the certificate that it asks for', { certificate: CLIENT.certificate, key: CLIENT.key }, 1],
  ])('sends %s', async (_name, shown, delivered) => {
    let requests = 0;
    const endpoint = await listen((request, response, body) => {
      requests += 1;
      answered(200, JSON_TYPE, '{}')(request, response, body);
    }, 'mutual');
    const { result } = await send(endpoint, {
      credentials: { ...NO_CREDENTIALS, ca: TLS.certificate, ...shown },
    });
    expect([result === 'delivered', requests]).toEqual([delivered === 1, delivered]);
  });

  it('sends each line byte for byte, with its place in the chain as key', async () => {
    const texts = ['', 'é\u2028\ufeff', '𝕏 "quoted" \\n', '\u0000\u007f', 'x'.repeat(10_000)];
    const lines = texts.map((text, index) => line(index, text));
    for (const compression of ['none', 'gzip'] as const) {
      let got: unknown = null;
      const endpoint = await listen((request, response, body) => {
        expect(request.headers['content-encoding']).toBe(compression === 'gzip' ? 'gzip' : undefined);
        expect(request.headers.authorization).toBe('Bearer t');
        got = JSON.parse((compression === 'gzip' ? gunzipSync(body) : body).toString());
        answered(200, JSON_TYPE, '{}')(request, response, body);
      });
      const credentials = { ...NO_CREDENTIALS, headers: { authorization: 'Bearer t' } };
      expect(await send(endpoint, { encoding: 'json', compression, credentials }, lines)).toMatchObject({
        result: 'delivered',
      });
      expect(got).toMatchObject({
        resourceLogs: [
          {
            scopeLogs: [
              {
                logRecords: lines.map(({ text, position }) => ({
                  body: { stringValue: text },
                  severityText: 'INFO',
                  attributes: expect.arrayContaining([
                    { key: 'llm_boundary.log.origin', value: { stringValue: ORIGIN } },
                    { key: 'llm_boundary.log.position', value: { intValue: position } },
                    { key: 'llm_boundary.log.hash', value: { stringValue: hashOf(text) } },
                  ]) as unknown,
                })),
              },
            ],
          },
        ],
      });
      server?.close();
    }
  });
});

describe('waitIn', () => {
  it.each([
    [undefined, null],
    ['soon', null],
    ['-3', null],
    ['0', 0],
    ['120', 120_000],
    ['Thu, 01 Jan 1970 00:01:00 GMT', 59_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ])('reads %j as %j', (value, ms) => {
    expect(waitIn(value, 1_000)).toBe(ms);
  });
});

describe('readSpooledLine', () => {
  it.each([
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    [
      'a lone surrogate',
      Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
    ],
    ['no JSON', Buffer.from('nothing')],
    ['another log', Buffer.from('{"origin":"other","seq":1}')],
    ['no position', Buffer.from(`{"origin":"${ORIGIN}"}`)],
  ])('refuses %s', (_, bytes) => {
    expect(readSpooledLine(bytes, ORIGIN)).toBeNull();
  });
});

/** Writes until the client has had enough. */
function endless(response: ServerResponse): void {
  response.writeHead(200, PROTOBUF);
  const chunk = Buffer.alloc(16 * 1024, 0x20);
  const more = (): void => {
    if (!response.destroyed) response.write(chunk, () => setImmediate(more));
  };
  more();
}
