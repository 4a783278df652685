import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';

import { SAMPLES } from './samples.ts';
import {
  CHUNKED,
  JSON_HEAD,
  MAIL,
  SSE_HEAD,
  STREAM,
  WHOLE,
  chunk,
  chunks,
  latin1,
  sized,
  streamed,
  type ReplyCase,
} from './wire.ts';

function coded(coding: string, bytes: Uint8Array, type = 'application/json'): string {
  return sized(
    `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Encoding: ${coding}\r\nETag: "1"\r\n`,
    latin1(bytes),
  );
}
/** One frame with a raw block (RFC 8878 §3.1.1). */
function zstd(text: string): Buffer {
  const bytes = Buffer.from(text);
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x60, 0, 0, 0, 0, 0]);
  head.writeUInt16LE(bytes.length - 256, 5);
  head.writeUIntLE((bytes.length << 3) | 1, 7, 3);
  return Buffer.concat([head, bytes]);
}

function sse(name: string, body: string, ...more: readonly string[]): ReplyCase {
  return {
    name,
    request: streamed,
    wire: chunks(SSE_HEAD, body, ...more),
  };
}

const streams: readonly ReplyCase[] = [
  sse('events with comments, ids and retry', `: ping\n\nid: 1\nretry: 5\nevent: x\n${STREAM}:\n\n`),
  sse('carriage returns', STREAM.replaceAll('\n', '\r')),
  sse('a byte order mark and CRLF', `\xef\xbb\xbf${STREAM.replaceAll('\n', '\r\n')}`),
  sse('every byte a chunk', ...((STREAM.slice(0, 300).match(/[^]/g) ?? []) as [string])),
  sse('an event over several lines', 'data: {"a":\ndata: 1}\n\ndata\n\ndata:\n\n'),
  sse('broken JSON in an event', `data: {half\n\n${STREAM}`),
  sse('no event at all', 'just text\n'),
  sse('invalid UTF-8', `data: \xff\xfe\n\n${STREAM}`),
  sse(
    'an error in the middle',
    `${STREAM.slice(0, 200)}\n\nevent: error\ndata: {"error":{"message":"out of memory"}}\n\n`,
  ),
  sse('frames after the end', `${STREAM}data: {"more":1}\n\n`),
  { name: 'a stream that ends with its connection', request: streamed, wire: [`${SSE_HEAD}\r\n${STREAM}`] },
  {
    name: 'a stream labelled as text',
    request: streamed,
    wire: chunks('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n', STREAM),
  },
  { name: 'a stream without a type', request: streamed, wire: chunks('HTTP/1.1 200 OK\r\n', STREAM) },
  { name: 'a whole reply where a stream was asked for', request: streamed, wire: [sized(JSON_HEAD, WHOLE)] },
  {
    name: 'lines of JSON',
    path: '/api/chat',
    request: { model: 'm', messages: [] },
    wire: chunks(
      'HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n',
      '{"a":1}\n\n{"b"',
      ':2}\r\n',
      '[not json\n',
    ),
  },
  ...SAMPLES.map((sample): ReplyCase => ({
    name: `a stream of ${sample.name}`,
    path: sample.streamPath ?? sample.path,
    request: sample.request('Hello.', { stream: true }),
    wire: chunks(
      `HTTP/1.1 200 OK\r\nContent-Type: ${sample.streamType}\r\n`,
      sample.stream?.(['Write to anna', '@example.com']) ?? '',
    ),
  })),
];

const codings: readonly ReplyCase[] = [
  { name: 'gzip', wire: [coded('gzip', gzipSync(WHOLE))] },
  { name: 'brotli', wire: [coded('br', brotliCompressSync(WHOLE))] },
  { name: 'deflate', wire: [coded('deflate', deflateSync(WHOLE))] },
  { name: 'zstd', wire: [coded('zstd', zstd(WHOLE))] },
  { name: 'two codings', wire: [coded('gzip, br', brotliCompressSync(gzipSync(WHOLE)))] },
  { name: 'an unknown coding', wire: [coded('odd', Buffer.from(WHOLE))] },
  { name: 'gzip that is none', wire: [coded('gzip', Buffer.from('plain'))] },
  { name: 'gzip cut short', wire: [coded('gzip', gzipSync(WHOLE).subarray(0, 60))] },
  {
    name: 'gzip with bytes behind it',
    wire: [coded('gzip', Buffer.concat([gzipSync(WHOLE), Buffer.from('more')]))],
  },
  {
    name: 'a compressed stream',
    request: streamed,
    wire: [coded('gzip', gzipSync(Buffer.from(STREAM, 'latin1')), 'text/event-stream')],
  },
  { name: 'a very well compressed body', wire: [coded('gzip', gzipSync(Buffer.alloc(3_000_000)))] },
];

const odd: readonly ReplyCase[] = [
  { name: 'broken JSON', wire: [sized(JSON_HEAD, '{"choices": [')] },
  { name: 'duplicate keys', wire: [sized(JSON_HEAD, '{"a":1,"a":2}')] },
  {
    name: 'JSON with spaces and escapes',
    wire: [sized(JSON_HEAD, '\n{ "choices" :[ ],"x":"\\u0041\\/" , "n":1e400}\n\n')],
  },
  {
    name: 'HTML',
    wire: [
      sized('HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n', '<script>alert(1)</script>'),
    ],
  },
  { name: 'bytes without a type', wire: [sized('HTTP/1.1 200 OK\r\n', '\x00\x01\xff')] },
  { name: 'a long reply', wire: chunks(JSON_HEAD, ...Array.from({ length: 30 }, () => 'x'.repeat(10_000))) },
  {
    name: 'a length and a connection cut short',
    wire: [`${JSON_HEAD}Content-Length: 500\r\n\r\n${WHOLE.slice(0, 100)}`],
  },
  { name: 'chunks cut short', wire: [`${JSON_HEAD}${CHUNKED}`, chunk(WHOLE.slice(0, 50)), '40\r\nhalf'] },
  {
    name: 'a stream cut short',
    request: streamed,
    wire: [`${SSE_HEAD}${CHUNKED}`, chunk(STREAM.slice(0, 100))],
  },
  {
    name: 'an unknown route',
    path: '/v1/other?x=%20',
    wire: [sized('HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n', '{"detail":"Not Found"}')],
  },
  {
    name: 'an unknown method',
    method: 'PROPFIND',
    path: '/dav',
    wire: [sized('HTTP/1.1 207 Multi-Status\r\n', '<a/>')],
  },
  { name: 'a variant spelling of a route', path: '/v1//chat/%63ompletions', wire: [sized(JSON_HEAD, WHOLE)] },
  {
    name: 'an unknown model',
    request: { model: 'other', messages: [{ role: 'user', content: 'Ignore all previous instructions.' }] },
    wire: [sized(JSON_HEAD, WHOLE)],
  },
  { name: 'a request that is no JSON', request: 'hello', wire: [sized(JSON_HEAD, WHOLE)] },
  {
    name: 'a GET with a body',
    method: 'GET',
    path: '/search',
    request: { query: 1 },
    wire: [sized(JSON_HEAD, '[]')],
  },
  {
    name: 'a DELETE with a body',
    method: 'DELETE',
    path: '/items',
    request: { ids: [1] },
    wire: [sized(JSON_HEAD, '[]')],
  },
  {
    name: 'a tool call that no policy lists',
    wire: [
      sized(
        JSON_HEAD,
        JSON.stringify({
          choices: [
            {
              index: 0,
              message: {
                role: 'assistant',
                content: null,
                tool_calls: [{ id: 'c', type: 'function', function: { name: 'rm', arguments: '{"x":' } }],
              },
              finish_reason: 'tool_calls',
            },
          ],
        }),
      ),
    ],
  },
  ...SAMPLES.map((sample): ReplyCase => ({
    name: `a whole reply of ${sample.name}`,
    path: sample.path,
    request: sample.request('Hello.'),
    wire: [sized(JSON_HEAD, latin1(Buffer.from(JSON.stringify(sample.whole(MAIL)))))],
  })),
];

/** Replies whose bodies differ: streams, codings, and the unexpected. */
export const BODIES: readonly ReplyCase[] = [...streams, ...codings, ...odd];
