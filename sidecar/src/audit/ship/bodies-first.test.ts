import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { BodiesFirst } from './bodies-first.ts';
import type { ExportOutcome, ExportResult } from './exporter.ts';
import { requestEncoder } from './otlp-request.ts';
import type { SpooledBody, SpooledLine } from './spooled-line.ts';
import { IDENTITY, temporaryFolder } from './testing/lines.ts';

const [A, B] = ['aa'.repeat(32), 'bb'.repeat(32)];
let dir = '';
let got: string[] = [];
let kept: string[] = [];
let answers: ExportOutcome[] = [];
let sent = new Set<string>();

beforeEach(async () => {
  dir = await temporaryFolder();
  [got, kept, answers, sent] = [[], [], [], new Set()];
  await mkdir(join(dir, 'sealed'));
  for (const each of [A, B]) await writeFile(join(dir, 'sealed', `${each}.age`), `sealed ${each}`);
});

afterEach(() => rm(dir, { recursive: true }));

function answer(result: ExportResult, divide = false): ExportOutcome {
  return { result, reason: result, retryAfterMs: null, divide };
}

function line(position: number, ...bodies: readonly string[]): SpooledLine {
  return {
    ...{ text: '{}', origin: 'o', position, kind: 'ingress', timeMs: 1, exchange: 'e' },
    ...{ verdict: null, code: null, outcome: null },
    bodies: bodies.map((sha256) => ({ sha256, part: 'request' })),
  };
}

/** A body is written as the beginning of its digest, a line as its position. */
function send(...lines: readonly SpooledLine[]): Promise<ExportOutcome> {
  const exporter = {
    send: (items: readonly (SpooledLine | SpooledBody)[]) => {
      got.push(
        items.map((item) => ('sealed' in item ? item.sha256.slice(0, 2) : String(item.position))).join(),
      );
      return Promise.resolve(answers.shift() ?? answer('delivered'));
    },
    close: () => Promise.resolve(),
  };
  const first = new BodiesFirst({ exporter, dir, sent, kept: (sha256) => void kept.push(sha256) });
  return first.send(lines, new AbortController().signal);
}

describe('BodiesFirst', () => {
  it('sends no line before its bodies are there, and no body twice while that is tried', async () => {
    answers = [answer('delivered'), answer('unavailable')];
    expect(await send(line(0, A, B))).toMatchObject({ result: 'unavailable' });
    answers = [answer('delivered'), answer('connection')];
    expect(await send(line(0, A, B))).toMatchObject({ result: 'connection' });
    expect(await send(line(0, A, B), line(1))).toMatchObject({ result: 'delivered' });
    expect(got).toEqual(['aa', 'bb', 'bb', '0', '0,1']);
    expect(sent.size).toBe(0);
  });

  it('does not let a line wait for a body that the receiver never takes', async () => {
    answers = [answer('refused', true), answer('rejected', true)];
    expect(await send(line(0, A), line(1, B))).toMatchObject({ result: 'delivered' });
    expect([got, kept]).toEqual([
      ['aa', 'bb', '0,1'],
      [A, B],
    ]);
  });

  it('skips what was erased, and says of what is too large that it stays', async () => {
    await rm(join(dir, 'sealed', `${A}.age`));
    await writeFile(join(dir, 'sealed', `${B}.age`), Buffer.alloc(8 * 1024 * 1024 + 1));
    expect(await send(line(0, A, B))).toMatchObject({ result: 'delivered' });
    expect([got, kept]).toEqual([['0'], [B]]);
  });
});

describe('the request of a body', () => {
  const sealed = Buffer.from([0, 1, 0xff, 0x80]);
  const body: SpooledBody = { sha256: A, part: 'request', exchange: 'e', timeMs: 1_000, sealed };

  it('has its bytes, and no origin that would make it a line', () => {
    const text = Buffer.from(requestEncoder('json', IDENTITY, '0')([body])).toString();
    const { attributes, ...record } = (
      JSON.parse(text) as {
        resourceLogs: { scopeLogs: { logRecords: Record<string, unknown>[] }[] }[];
      }
    ).resourceLogs[0]?.scopeLogs[0]?.logRecords[0] ?? { attributes: [] };
    expect(record).toMatchObject({
      eventName: 'llm_boundary.sealed',
      body: { bytesValue: sealed.toString('base64') },
    });
    expect(attributes).toEqual([
      { key: 'llm_boundary.sealed.sha256', value: { stringValue: A } },
      { key: 'llm_boundary.sealed.part', value: { stringValue: 'request' } },
      { key: 'llm_boundary.exchange', value: { stringValue: 'e' } },
    ]);
  });
});
