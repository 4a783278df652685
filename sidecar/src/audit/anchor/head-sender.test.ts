import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { makeCertificate } from '../ship/testing/certificate.ts';
import { AnchorConnection } from './anchor-connection.ts';
import type { OffsetMeasurement } from './clock-offset.ts';
import { HeadSender } from './head-sender.ts';
import { until } from '../../testing/until.ts';

const TLS = makeCertificate();

interface Got {
  readonly authorization: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An anchor that answers as it is told. */
class FakeAnchor {
  readonly got: Got[] = [];
  status = 200;
  body: Readonly<Record<string, unknown>> | null = null;
  url = '';
  #server: Server | null = null;

  async start(port = 0): Promise<void> {
    const server = createServer({ cert: TLS.certificate, key: TLS.key }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Got['body'];
        this.got.push({ authorization: request.headers.authorization, body });
        const size = Number(String(body['note']).split('\n')[1]);
        response.writeHead(this.status).end(JSON.stringify(this.body ?? { v: 1, size }));
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    this.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server?.closeAllConnections();
    this.#server?.close();
  }
}

let anchor: FakeAnchor;
let dir = '';
let sender: HeadSender | null = null;
let connection: AnchorConnection | null = null;
const heads = { genesis: 'first', note: 'origin\n1\nhash\n\nsig\n', seal: null as string | null };
const results: string[] = [];
const warnings: string[] = [];
const offsets: number[] = [];
let measure: (offset: OffsetMeasurement) => Promise<void> = () => Promise.resolve();
let age: () => number | null = () => null;

beforeEach(async () => {
  anchor = new FakeAnchor();
  await anchor.start();
  dir = await mkdtemp(join(tmpdir(), 'heads-'));
  await writeFile(join(dir, 'ca.crt'), TLS.certificate);
  await writeFile(join(dir, 'token'), 'one\n');
  offsets.length = 0;
  measure = ({ offset_ms }) => Promise.resolve(void offsets.push(offset_ms));
  [results.length, warnings.length, heads.seal] = [0, 0, null];
});
afterEach(async () => {
  await sender?.finish(0);
  sender = null;
  await connection?.close();
  anchor.stop();
  await rm(dir, { recursive: true });
});

function start(limits: object = {}): HeadSender {
  connection = new AnchorConnection({
    url: anchor.url,
    caFile: join(dir, 'ca.crt'),
    tokenFile: join(dir, 'token'),
    lookup: null,
  });
  sender = new HeadSender({
    connection,
    heads: { genesis: heads.genesis, latest: () => ({ note: heads.note, seal: heads.seal }) },
    measured: (offset) => measure(offset),
    telemetry: { anchorHead: (result) => results.push(result), anchorAge: (read) => void (age = read) },
    log: { warning: (text) => warnings.push(text) },
    limits: { everyMs: 20, firstMs: 10, maxMs: 20, requiredMs: 60_000, ...limits },
  });
  return sender;
}

it.each<[string, () => unknown, string]>([
  [
    'a head that contradicts',
    () => Object.assign(anchor, { status: 409, body: { error: 'rollback' } }),
    'refused',
  ],
  ['an anchor in trouble', () => Object.assign(anchor, { status: 503, body: {} }), 'unavailable'],
  ['a reply about another head', () => (anchor.body = { v: 1, size: 7 }), 'reply'],
  ['a reply without end', () => (anchor.body = { text: 'x'.repeat(100_000) }), 'reply'],
  [
    'a certificate of another authority',
    () => writeFile(join(dir, 'ca.crt'), makeCertificate().certificate),
    'connection',
  ],
  ['no token', () => rm(join(dir, 'token')), 'credentials'],
])('%s: overdue, counted, said once', async (_name, spoil, result) => {
  await spoil();
  const made = start();
  await until(
    'two results',
    () => results,
    ({ length }) => length >= 2,
  );
  expect(new Set(results)).toEqual(new Set([result]));
  expect(warnings).toHaveLength(1);
  expect([made.overdue(), age()]).toEqual([true, null]);
});

it('sends the first line until the anchor knows it, and again when it is asked for', async () => {
  const made = start();
  await until(
    'two heads',
    () => anchor.got,
    ({ length }) => length >= 2,
  );
  expect(anchor.got.slice(0, 2).map(({ body }) => body['genesis'])).toEqual(['first', null]);
  expect(made.overdue()).toBe(false);
  Object.assign(anchor, { status: 428, body: { error: 'genesis_needed' } });
  await until(
    'a head that is not taken',
    () => results,
    (all) => all.includes('not_taken'),
  );
  Object.assign(anchor, { status: 200, body: null });
  const from = anchor.got.length;
  await until(
    'the first line',
    () => anchor.got.slice(from),
    (got) => got.some(({ body }) => body['genesis'] === 'first'),
  );
});

it('takes a new token, and falls overdue when nothing is taken for too long', async () => {
  const made = start({ requiredMs: 200 });
  await until('a head', () => anchor.got[0]);
  await writeFile(join(dir, 'token'), 'two');
  await until(
    'the new token',
    () => anchor.got,
    (got) => got.some(({ authorization }) => authorization === 'Bearer two'),
  );
  anchor.stop();
  await until('it is overdue', () => made.overdue());
  expect(warnings).toHaveLength(1);
});

it('sends the seal at the end, through an outage', async () => {
  const made = start({ everyMs: 60_000 });
  await until(
    'a head that is accepted',
    () => results,
    (all) => all.includes('accepted'),
  );
  Object.assign(anchor, { status: 503, body: {} });
  heads.seal = 'last';
  setTimeout(() => Object.assign(anchor, { status: 200, body: null }), 300);
  expect(await made.finish(60_000)).toBe(true);
  expect(anchor.got.at(-1)?.body['seal']).toBe('last');
  sender = null;
});

it('an anchor that never answers holds the end up no longer than it may', async () => {
  anchor.stop();
  const made = start();
  expect(await made.finish(300)).toBe(false);
  sender = null;
});

describe('the clock', () => {
  const DAY = 86_400_000;
  const answer = (time: unknown): void => {
    anchor.body = { v: 1, size: 1, time };
  };

  it.each([['no time'], [null], [1.5], ['2026-01-01T00:00:00Z'], [Number.MAX_VALUE]])(
    'is not compared with %j',
    async (time) => {
      answer(time === 'no time' ? undefined : time);
      start();
      await until(
        'three heads that are accepted',
        () => results,
        (all) => all.filter((result) => result === 'accepted').length >= 3,
      );
      expect(offsets).toEqual([]);
    },
  );

  it("is compared with the anchor's once, and again when they have moved apart", async () => {
    answer(Date.now() + DAY);
    start();
    await until(
      'three heads that are accepted',
      () => results,
      (all) => all.filter((result) => result === 'accepted').length >= 3,
    );
    expect(offsets).toHaveLength(1);
    expect(Math.round((offsets[0] ?? 0) / DAY)).toBe(-1);
    answer(Date.now() - DAY);
    await until(
      'another measurement',
      () => offsets,
      ({ length }) => length > 1,
    );
    expect(Math.round((offsets[1] ?? 0) / DAY)).toBe(1);
  });

  it('is compared again where that could not be recorded', async () => {
    measure = (offset) => {
      offsets.push(offset.offset_ms);
      return offsets.length < 2 ? Promise.reject(new Error('full')) : Promise.resolve();
    };
    answer(Date.now() + DAY);
    start();
    await until(
      'two measurements',
      () => offsets,
      ({ length }) => length >= 2,
    );
    const before = results.length;
    await until(
      'three more results',
      () => results,
      ({ length }) => length >= before + 3,
    );
    expect(offsets).toHaveLength(2);
  });

  it('is not compared after the seal', async () => {
    answer(null);
    const made = start({ everyMs: 60_000 });
    await until(
      'a head that is accepted',
      () => results,
      (all) => all.includes('accepted'),
    );
    answer(Date.now() + DAY);
    expect(await made.finish(60_000)).toBe(true);
    expect(offsets).toEqual([]);
    sender = null;
  });
});
