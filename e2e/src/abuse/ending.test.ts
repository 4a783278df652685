import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';

import { auditLines, type AuditLine } from '../process/audit-log.ts';
import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { POLICY } from '../sdk/policy.ts';
import { until } from '../process/until.ts';
import { dial, gather, startRaw, type RawServer } from './raw.ts';
import { ask, CHAT_STREAM, sse, STREAMS } from './streams.ts';

const ROUTES = "endpoints: { mcp: [/mcp], pass: ['GET /health'] }\n";

/** Whoever waits for the end of the drain comes too late. */
const LONGER_THAN_A_TEST = '600';

const HALF_HEAD = 'POST /v1/chat/completions HTTP/1.1\r\nHost: m\r\nContent-Le';
/** Whoever reads the body says so first. */
const HEAD = `POST /v1/chat/completions HTTP/1.1\r\nHost: m\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 900\r\n\r\n`;
const HALF_BODY = '{"model":';

const DONE = `${sse({ id: 'c', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}data: [DONE]\n\n`;

/** Begins the reply that the request asks for, and falls silent. */
function begin(socket: Socket, request: string, end = ''): void {
  const stream = STREAMS.find(({ path }) => request.startsWith(`POST ${path} `));
  if (stream === undefined) throw new Error(request);
  const head = `HTTP/1.1 200 OK\r\nContent-Type: ${stream.type}\r\nConnection: close\r\n\r\n`;
  socket.write(`${head}${stream.said}${end}`);
}

/** A connection, and what came on it so far. */
interface Client {
  readonly socket: Socket;
  readonly closed: Promise<unknown>;
  readonly text: () => string;
}

describe('the end of a sidecar in the middle of traffic', () => {
  let upstream: RawServer;
  let sidecar: SidecarProcess;
  let end = '';

  async function start(...args: readonly string[]): Promise<void> {
    upstream = await startRaw((socket) => {
      socket.once('data', (data: Buffer) => begin(socket, data.toString(), end));
    });
    sidecar = await startSidecar({ upstreams: [upstream.origin], policy: POLICY + ROUTES, args });
  }

  async function stop(): Promise<void> {
    await sidecar.stop('SIGKILL');
    await upstream.close();
  }

  function connect(bytes: string): Client {
    const socket = dial(sidecar.inbound[0] ?? '');
    const client = { socket, closed: once(socket, 'close'), text: gather(socket) };
    socket.write(bytes);
    return client;
  }

  function terminate(): Promise<unknown> {
    const exited = once(sidecar.process, 'exit');
    sidecar.process.kill('SIGTERM');
    return exited;
  }

  /** Kinds of all lines of the record, in order. */
  function kinds(): readonly string[] {
    return readdirSync(sidecar.auditDir)
      .filter((name) => name.endsWith('.jsonl'))
      .flatMap((name) => readFileSync(join(sidecar.auditDir, name), 'utf8').split('\n'))
      .flatMap((line) => /"kind":"([a-z]+)"/.exec(line)?.[1] ?? []);
  }

  describe('with streams that do not end', () => {
    const texts = new Map<string, string>();
    let exited: unknown;

    beforeAll(async () => {
      await start('--drain-seconds', '2');
      const clients = STREAMS.map((stream) => connect(ask(stream)));
      await until(
        'a byte of each reply',
        () => clients.map(({ text }) => text()),
        (texts) => !texts.includes(''),
      );
      const ending = terminate();
      await Promise.all(clients.map(({ closed }) => closed));
      exited = await ending;
      STREAMS.forEach(({ name }, index) => texts.set(name, clients[index]?.text() ?? ''));
    });
    afterAll(stop);

    it.each(STREAMS)('$name: gets an error event, and a line in the record', ({ name, error }) => {
      const text = texts.get(name) ?? '';
      expect(text).toMatch(error);
      expect(text).toMatch(/\r\n0\r\n\r\n$/);
      const decision = /llm-boundary-decision: (\S+)/i.exec(text)?.[1];
      const last = auditLines(sidecar.auditDir).findLast(({ exchange }) => exchange === decision);
      expect(last).toMatchObject({ kind: 'close', code: 'shutting_down', outcome: 'refused' });
    });

    it('seals the record behind them', () => {
      expect(exited).toEqual([0, null]);
      expect(kinds().slice(-2)).toEqual(['seal', 'checkpoint']);
    });
  });

  describe('with one client', () => {
    beforeEach(() => {
      end = '';
    });
    afterEach(stop);

    it('comes at once with a second signal, the record sealed', async () => {
      await start('--drain-seconds', LONGER_THAN_A_TEST);
      const client = connect(ask(CHAT_STREAM));
      await until('a byte of the reply', client.text);
      const exited = terminate();
      await sidecar.logged('"msg":"draining"');
      sidecar.process.kill('SIGTERM');
      expect(await exited).toEqual([0, null]);
      expect(client.text()).toMatch(CHAT_STREAM.error);
      expect(kinds().slice(-2)).toEqual(['seal', 'checkpoint']);
    });

    it('does not wait for requests that have not come whole', async () => {
      await start('--drain-seconds', LONGER_THAN_A_TEST);
      const [half, whole] = [connect(HALF_HEAD), connect(HEAD)];
      await until('100 Continue', whole.text);
      whole.socket.write(HALF_BODY);
      expect(await terminate()).toEqual([0, null]);
      expect(whole.text()).toMatch(/HTTP\/1\.1 503 [^]*shutting_down/);
      expect(half.text()).toBe('');
      expect(auditLines(sidecar.auditDir)).toMatchObject([{ code: 'shutting_down', outcome: 'refused' }]);
    });

    it('adds nothing to a stream that is complete, whose server keeps the connection', async () => {
      end = DONE;
      await start('--drain-seconds', '2');
      const client = connect(ask(CHAT_STREAM));
      await until('the end', client.text, (text) => text.includes('[DONE]'));
      const exited = terminate();
      await client.closed;
      expect(client.text()).toMatch(/data: \[DONE\]\s+0\r\n\r\n$/);
      expect(await exited).toEqual([0, null]);
      expect(auditLines(sidecar.auditDir).map(({ code }) => code)).not.toContain('shutting_down');
    });

    it('is not needed for a line of a client that leaves in the middle of its request', async () => {
      await start();
      const client = connect(HEAD);
      await until('100 Continue', client.text);
      client.socket.destroy();
      const isEnd = ({ kind }: AuditLine): boolean => kind === 'close';
      await until(
        'its end',
        () => auditLines(sidecar.auditDir),
        (lines) => lines.some(isEnd),
      );
      expect(auditLines(sidecar.auditDir).filter(isEnd)).toMatchObject([{ outcome: 'client_aborted' }]);
    });
  });
});
