import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { HTTP } from 'cloudevents';
import { Webhook } from 'standardwebhooks';

import { cloudEventOf } from './cloud-event.ts';
import { HttpSink } from './http-sink.ts';

const NEW = `whsec_${randomBytes(32).toString('base64')}`;
const OLD = `whsec_${randomBytes(24).toString('base64')}`;
const OTHER = `whsec_${randomBytes(32).toString('base64')}`;
const POD = { namespace: 'ml', name: 'agent-0', uid: 'uid-a' };
const EVENT = cloudEventOf(
  { type: 'record.silent.v1', pod: POD, data: { message: 'é ✓' }, timeMs: 0 },
  'id-1',
  '/c',
);

let dir = '';
let url: URL;
let answer: { status: number; headers: Record<string, string> } = { status: 204, headers: {} };
let got: { readonly headers: IncomingHttpHeaders; readonly body: string }[] = [];
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
    response.writeHead(answer.status, answer.headers).end('kept to itself');
  });
});

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = new URL(`http://127.0.0.1:${(receiver.address() as AddressInfo).port}/in?to=a`);
});
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'keys-'));
  await writeFile(join(dir, 'signing-key'), `${NEW}\n`);
  [got, answer] = [[], { status: 204, headers: {} }];
});
afterEach(() => rm(dir, { recursive: true }));
afterAll(() => new Promise((resolve) => receiver.close(resolve)));

function sink(at = url): HttpSink {
  return new HttpSink(at, dir, Date.now);
}

/** Throws where the signature is of another key. */
function verify(secret: string, { headers, body }: (typeof got)[number]): unknown {
  return new Webhook(secret).verify(body, headers as Record<string, string>);
}

it.each<[string, string | null, string | null, RegExp]>([
  ['there is no key', null, null, /cannot be read/],
  ['the key has no prefix', randomBytes(32).toString('base64'), null, /signing-key is not/],
  ['the key is short', `whsec_${randomBytes(8).toString('base64')}`, null, /signing-key is not/],
  ['the key is not base64', 'whsec_not base64 at all, and long enough', null, /signing-key is not/],
  ['the previous key is none', NEW, 'x', /previous-signing-key is not/],
])('sends nothing where %s', async (_name, key, previous, fault) => {
  await rm(join(dir, 'signing-key'));
  if (key !== null) await writeFile(join(dir, 'signing-key'), key);
  if (previous !== null) await writeFile(join(dir, 'previous-signing-key'), previous);
  expect(await sink().fault()).toMatch(fault);
  const attempt = await sink().send(EVENT);
  expect(attempt.result).toBe('again');
  expect(attempt.reason).toMatch(fault);
  expect(got).toEqual([]);
});

it('is read by the SDK of CloudEvents and verified by the library of Standard Webhooks', async () => {
  expect(await sink().fault()).toBeNull();
  expect(await sink().send(EVENT)).toEqual({ result: 'delivered', reason: '', retryAfterMs: null });
  const [one] = got;
  if (one === undefined) throw new Error('nothing arrived');
  expect(verify(NEW, one)).toMatchObject({ id: 'id-1' });
  expect(() => verify(OTHER, one)).toThrow();
  expect(() => verify(NEW, { ...one, body: one.body.replace('agent-0', 'agent-1') })).toThrow();
  const event = HTTP.toEvent({ headers: one.headers, body: one.body });
  expect(event).toMatchObject({ id: 'id-1', data: { pod: POD, message: 'é ✓' } });
});

it('signs with two keys, so that receivers with either verify it, and with the new files at once', async () => {
  const kept = sink();
  await writeFile(join(dir, 'previous-signing-key'), OLD);
  await kept.send(EVENT);
  await rm(join(dir, 'previous-signing-key'));
  await kept.send(EVENT);
  const [both, one] = got;
  if (both === undefined || one === undefined) throw new Error('nothing arrived');
  expect([verify(NEW, both), verify(OLD, both), verify(NEW, one)]).toHaveLength(3);
  expect(() => verify(OLD, one)).toThrow();
});

it.each<[number, Record<string, string>, string, number | null]>([
  [200, {}, 'delivered', null],
  [302, { location: 'http://127.0.0.1:1/' }, 'refused', null],
  [400, {}, 'refused', null],
  [401, {}, 'refused', null],
  [410, {}, 'refused', null],
  [408, {}, 'again', null],
  [429, { 'retry-after': '120' }, 'again', 120_000],
  [503, { 'retry-after': 'soon' }, 'again', null],
  [503, { 'retry-after': new Date(0).toUTCString() }, 'again', 0],
])('answers of %i %j: %s', async (status, headers, result, retryAfterMs) => {
  answer = { status, headers };
  expect(await sink().send(EVENT)).toMatchObject({ result, retryAfterMs });
  expect(got).toHaveLength(1);
});

it('may be tried again where there is no receiver', async () => {
  const attempt = await sink(new URL('http://127.0.0.1:1/')).send(EVENT);
  expect(attempt).toMatchObject({ result: 'again', reason: 'ECONNREFUSED' });
});
