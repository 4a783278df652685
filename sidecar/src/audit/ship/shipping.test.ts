import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { CredentialSource } from './credentials.ts';
import type { Shipping } from './shipping.ts';
import type { OtlpSink } from './sink.ts';
import { record, shippingLife } from './testing/life.ts';
import { spoolOf, temporaryFolder } from './testing/lines.ts';
import { until } from '../../testing/until.ts';

let dir = '';
let receiver: Receiver;
beforeEach(async () => {
  dir = await temporaryFolder();
  receiver = await Receiver.start();
});
afterEach(async () => {
  receiver.stop();
  await rm(dir, { recursive: true });
});

interface Sent {
  readonly resourceLogs: readonly {
    readonly scopeLogs: readonly {
      readonly logRecords: readonly { readonly body: { stringValue?: string; bytesValue?: string } }[];
    }[];
  }[];
}

/** Takes OTLP as JSON on a port of its own. */
class Receiver {
  status = 200;
  /** In the order of arrival: a line as it is, a sealed body as its text. */
  readonly got: string[] = [];
  /** Of each request. */
  readonly types: string[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const type = request.headers['content-type'] ?? '';
        this.types.push(type);
        if (this.status === 200 && type === 'application/json') this.#take(Buffer.concat(chunks).toString());
        response.writeHead(this.status, { 'content-type': type });
        response.end(type === 'application/json' ? '{}' : '');
      });
    });
  }

  static async start(): Promise<Receiver> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Receiver(server);
  }

  get place(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #take(text: string): void {
    for (const { scopeLogs } of (JSON.parse(text) as Sent).resourceLogs)
      for (const { logRecords } of scopeLogs)
        for (const { body } of logRecords)
          this.got.push(body.stringValue ?? Buffer.from(body.bytesValue ?? '', 'base64').toString());
  }
}

function sink(changes: Partial<OtlpSink> = {}): OtlpSink {
  return {
    endpoint: `http://${receiver.place}/v1/logs`,
    encoding: 'json',
    compression: 'none',
    bodies: false,
    required: false,
    unsentBytes: 2 ** 20,
    unsentMs: 60_000,
    ...changes,
  };
}

/** All lines of the record, from the files. */
async function written(): Promise<readonly string[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.jsonl')).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(dir, name), 'utf8')));
  return texts.flatMap((text) => text.replace(/\0+$/, '').split('\n').filter(Boolean));
}

describe('Shipping without a folder', () => {
  it('says that nothing is sent, and blocks what requires a receiver', async () => {
    const { shipping, warnings, unsent, log } = await shippingLife(dir, { spool: null });
    shipping.apply([sink()]);
    expect(warnings).toEqual(['audit.sinks has otlp, which requires --audit-dir: nothing is sent']);
    expect(shipping.overdue()).toBe(false);
    shipping.apply([sink({ required: true })]);
    expect(shipping.overdue()).toBe(true);
    expect(unsent()).toEqual([
      { endpoint: receiver.place, required: true, lines: 0, bytes: 0, ageMs: 0, prunedLines: 0 },
    ]);
    expect(await shipping.drain(10)).toEqual([]);
    await log.close();
  });
});

describe('Shipping to a receiver', () => {
  it('that refuses for a time sends again, says when it resumes, and loses nothing', async () => {
    receiver.status = 503;
    const { shipping, log, warnings, exported, unsent } = await shippingLife(dir);
    shipping.apply([sink()]);
    await record(log, 5);
    await until('a warning', () => warnings[0]);
    expect(warnings[0]).toContain(`the record was not delivered to ${receiver.place}`);
    expect(unsent()[0]).toMatchObject({ endpoint: receiver.place, required: false, prunedLines: 0 });
    receiver.status = 200;
    await until(
      'a second warning',
      () => warnings,
      ({ length }) => length > 1,
    );
    expect(warnings[1]).toBe(`delivery of the record to ${receiver.place} has resumed`);
    await log.close();
    expect(await shipping.drain(60_000)).toEqual([]);
    expect(receiver.got).toEqual(await written());
    expect(new Set(exported)).toEqual(
      new Set([`${receiver.place} unavailable`, `${receiver.place} delivered`]),
    );
  });

  it.each<readonly [string, Partial<OtlpSink>]>([
    ['bytes', { unsentBytes: 0 }],
    ['time', { unsentMs: -1 }],
  ])('that is required is overdue beyond its %s, until it has the lines', async (_, limit) => {
    receiver.status = 503;
    const { shipping, log } = await shippingLife(dir);
    shipping.apply([sink(limit)]);
    await record(log, 3);
    expect(shipping.overdue()).toBe(false);
    shipping.apply([sink({ ...limit, required: true })]);
    await until('it is overdue', () => shipping.overdue());
    shipping.apply([sink({ ...limit, required: true, unsentMs: 60_000 })]);
    receiver.status = 200;
    await until('it is not overdue', () => !shipping.overdue());
    await log.close();
    await shipping.drain(60_000);
  });

  it('that is gone at the end leaves what it lacks, after the grace alone', async () => {
    const { shipping, log } = await shippingLife(dir);
    const { place } = receiver;
    shipping.apply([sink()]);
    receiver.stop();
    await record(log, 3);
    await log.close();
    const [left, ...others] = await shipping.drain(20);
    expect([left?.endpoint, others]).toEqual([place, []]);
    expect(left?.lines).toBe((await written()).length);
  });

  it('whose credentials are not to be sent gets nothing', async () => {
    const endpoint = `http://collector.example/v1/logs`;
    const credentials = new CredentialSource(null, {
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: endpoint,
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'authorization=secret',
    });
    const { shipping, log, warnings } = await shippingLife(dir, { credentials });
    shipping.apply([sink({ endpoint })]);
    await until('a warning', () => warnings[0]);
    expect(warnings[0]).toContain('headers with credentials are sent over https only');
    await log.close();
    expect(await shipping.drain(1)).toHaveLength(1);
  });
});

describe('Shipping under a new policy', () => {
  async function delivered(shipping: Shipping, files: readonly { readonly file: string }[]): Promise<void> {
    await until('delivered files', () => files.every(({ file }) => shipping.delivered(file)));
  }

  it('goes on after the last delivered line, in the new encoding', async () => {
    const { shipping, log } = await shippingLife(dir, {}, 4_000);
    shipping.apply([sink()]);
    await record(log, 20);
    await delivered(shipping, spoolOf(log).files);
    const before = receiver.got.length;
    shipping.apply([sink({ compression: 'none', encoding: 'protobuf' })]);
    await record(log, 1);
    await until(
      'protobuf',
      () => receiver.types,
      (types) => types.includes('application/x-protobuf'),
    );
    shipping.apply([sink()]);
    await record(log, 1);
    await log.close();
    expect(await shipping.drain(60_000)).toEqual([]);
    const all = await written();
    expect(receiver.got.slice(0, before)).toEqual(all.slice(0, before));
    expect(receiver.got.at(-1)).toBe(all.at(-1));
    expect(new Set(receiver.got).size).toBe(receiver.got.length);
  });

  it('sends nothing to a receiver that it no longer names', async () => {
    const { shipping, log, unsent } = await shippingLife(dir);
    const [{ file } = { file: '' }] = spoolOf(log).files;
    expect(shipping.delivered(file)).toBe(false);
    shipping.apply([sink()]);
    await delivered(shipping, spoolOf(log).files);
    const before = receiver.got.length;
    shipping.apply([]);
    // One that is named and removed at once never starts.
    shipping.apply([sink()]);
    shipping.apply([]);
    await record(log, 5);
    await log.close();
    expect(await shipping.drain(100)).toEqual([]);
    expect([unsent(), receiver.got.length, shipping.delivered(file)]).toEqual([[], before, false]);
  });

  it('with bodies sends each before its line, and says of one that is refused that it stays', async () => {
    const [small, large] = ['aa'.repeat(32), 'bb'.repeat(32)];
    await mkdir(join(dir, 'sealed'));
    await writeFile(join(dir, 'sealed', `${small}.age`), 'small');
    await writeFile(join(dir, 'sealed', `${large}.age`), Buffer.alloc(8 * 1024 * 1024 + 1));
    const bodies = [small, large].map((sha256) => ({
      ...({ sha256, part: 'request', bytes: 1, isCut: false } as const),
    }));
    const { shipping, log, warnings } = await shippingLife(dir);
    shipping.apply([sink({ bodies: true })]);
    await record(log, 1, { sealed: bodies });
    await log.close();
    expect(await shipping.drain(60_000)).toEqual([]);
    expect(receiver.got.filter((text) => text !== 'small')).toEqual(await written());
    expect(receiver.got.indexOf('small')).toBeLessThan(
      receiver.got.findIndex((text) => text.includes(small)),
    );
    expect(warnings).toEqual([
      `the sealed body ${large} stays on the audit volume and is not sent to ${receiver.place}: it has 8388609 bytes, more than 8388608`,
    ]);
  });
});
