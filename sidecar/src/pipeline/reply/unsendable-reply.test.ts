import { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

import { createLog } from '../../telemetry/log.ts';
import { Live, policyOf, send } from '../test-kit.ts';
import { CHAT } from '../testing/samples.ts';
import { DECISION_HEADER } from '../context/refuse.ts';

const POLICY =
  'limits: { detectorMs: 600s }\negress: { pii: { action: redact }, onBlock: error }\naction: { default: allow }\n';
const STREAM = CHAT.stream?.(Array.from({ length: 200 }, () => 'Write to anna@example.com. ')) ?? '';
const WHOLE = JSON.stringify(CHAT.whole('Hi'));
const EVENTS = { 'content-type': 'text/event-stream' };
const JSON_TYPE = { 'content-type': 'application/json' };
const ZIPPED = { 'content-encoding': 'gzip' };

/** A method of a response that fails once the boundary's own headers are in it. */
type Method = 'writeHead' | 'write' | 'end';

/** Node's response refuses, as it does for a head or a body that it takes for invalid. Returns a function that undoes it. */
function failing(methods: readonly Method[]): () => void {
  // oxlint-disable-next-line typescript/unbound-method -- each is called with its response
  const { writeHead, write, end } = ServerResponse.prototype;
  const ours = new WeakSet<ServerResponse>();
  const fail = (response: ServerResponse, method: Method): void => {
    if (ours.has(response) && methods.includes(method)) throw new TypeError(`${method} was refused`);
  };
  const fake = {
    writeHead(this: ServerResponse, ...head: Parameters<typeof writeHead>) {
      if (JSON.stringify(head).includes(DECISION_HEADER)) ours.add(this);
      fail(this, 'writeHead');
      return writeHead.apply(this, head);
    },
    write(this: ServerResponse, ...data: Parameters<typeof write>) {
      fail(this, 'write');
      return write.apply(this, data);
    },
    end(this: ServerResponse, ...data: Parameters<typeof end>) {
      fail(this, 'end');
      return end.apply(this, data);
    },
  };
  Object.assign(ServerResponse.prototype, fake);
  return () => void Object.assign(ServerResponse.prototype, { writeHead, write, end });
}

interface Row {
  readonly name: string;
  readonly mode?: string;
  readonly refused: readonly Method[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
  /** The server cuts the connection in place of an end. */
  readonly isCut?: boolean;
}

const rows: readonly Row[] = [
  { name: 'the head of a stream', refused: ['writeHead'], headers: EVENTS, body: STREAM },
  {
    name: 'the head of a stream that breaks off',
    refused: ['writeHead'],
    headers: EVENTS,
    body: STREAM.slice(0, 900),
    isCut: true,
  },
  {
    name: 'the frames of a stream, in later turns',
    refused: ['write', 'end'],
    headers: EVENTS,
    body: STREAM,
  },
  {
    name: 'the frames of a compressed stream',
    refused: ['write', 'end'],
    headers: { ...EVENTS, ...ZIPPED },
    body: gzipSync(STREAM),
  },
  {
    name: 'the head of a compressed stream that breaks off',
    refused: ['writeHead'],
    headers: { ...EVENTS, ...ZIPPED },
    body: gzipSync(STREAM).subarray(0, -9),
    isCut: true,
  },
  { name: 'the end of a stream', refused: ['end'], headers: EVENTS, body: STREAM },
  { name: 'the head of a whole reply', refused: ['writeHead'], headers: JSON_TYPE, body: WHOLE },
  {
    name: 'the end of a compressed whole reply',
    refused: ['end'],
    headers: { ...JSON_TYPE, ...ZIPPED },
    body: gzipSync(WHOLE),
  },
  {
    name: 'the head of an observed stream',
    mode: 'observe',
    refused: ['writeHead'],
    headers: EVENTS,
    body: STREAM,
  },
  {
    name: 'the frames of an observed stream',
    mode: 'observe',
    refused: ['write', 'end'],
    headers: EVENTS,
    body: STREAM,
  },
  { name: 'the end of an observed stream', mode: 'observe', refused: ['end'], headers: EVENTS, body: STREAM },
];

const asked = {
  path: CHAT.path,
  headers: JSON_TYPE,
  body: JSON.stringify(CHAT.request('Hello.', { stream: true })),
};

describe('what cannot be sent ends its exchange and no other', () => {
  it.each(rows)('$name', async ({ mode = 'enforce', refused, headers, body, isCut = false }) => {
    let nowMs = 0;
    const faults: string[] = [];
    const log = {
      ...createLog('silent'),
      unexpected: (_id: string, fault: unknown) => void faults.push(String(fault)),
      // What its sink throws breaks a transfer.
      upstreamFailed: (_id: string, { cause }: Error) => void faults.push(String(cause)),
    };
    const policy = policyOf(`mode: ${mode}\n${POLICY}`);
    // Each look at the clock ends a turn of the event loop.
    const live = new Live({ policy, change: { now: () => (nowMs += 6), log } });
    live.answer = (request, response) => {
      request.resume();
      response.writeHead(200, headers);
      response.write(body, () => (isCut ? response.destroy() : response.end()));
    };
    await live.start();
    const undo = failing(refused);
    try {
      const got = await send(live.port, asked).catch(() => null);
      expect(got === null || got.isBroken || got.status !== 200).toBe(true);
    } finally {
      undo();
    }
    expect(faults.join()).toContain('was refused');
    expect(await live.telemetry.text()).toMatch(/^llm_boundary_exchanges_in_flight\S* 0$/m);

    live.answer = (request, response) => {
      request.resume();
      response.writeHead(200, JSON_TYPE).end(WHOLE);
    };
    expect(await send(live.port, asked)).toMatchObject({ status: 200, isBroken: false });
    await live.close();
  });
});
