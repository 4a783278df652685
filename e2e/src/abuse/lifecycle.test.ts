import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { POLICY } from '../sdk/policy.ts';
import { dial, residentMib, startRaw, type RawServer } from './raw.ts';

const BODY = '{"model":"m","stream":true,"messages":[{"role":"user","content":"Hi"}]}';
const ASK =
  'POST /v1/chat/completions HTTP/1.1\r\nHost: m\r\nContent-Type: application/json\r\nConnection: close\r\n' +
  `Content-Length: ${BODY.length}\r\n\r\n${BODY}`;
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n';
function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}
function event(content: string, finish: string | null = null): string {
  return chunk(
    `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`,
  );
}
const END = `${event('', 'stop')}${chunk('data: [DONE]\n\n')}0\r\n\r\n`;

describe('a stream that does not go as it should', () => {
  let upstream: RawServer;
  let sidecar: SidecarProcess;
  /** What the model does with a connection once the request is there. */
  let serve: (socket: Socket) => void = () => undefined;

  beforeEach(async () => {
    upstream = await startRaw((socket) => {
      socket.once('data', () => serve(socket));
    });
    sidecar = await startSidecar({ upstreams: [upstream.origin], policy: POLICY });
  });
  afterEach(async () => {
    await sidecar.stop('SIGKILL');
    await upstream.close();
  });

  it.each([
    ['before a byte of the reply', ''],
    ['in the middle of it', event('Hello there, how are you today? ').repeat(20)],
  ])(
    'a client that goes away %s takes the upstream exchange with it, though the model says no more',
    async (_, said) => {
      let asked = (): void => undefined;
      let closed = (): void => undefined;
      const isAsked = new Promise<void>((resolve) => (asked = resolve));
      const isClosed = new Promise<void>((resolve) => (closed = resolve));
      serve = (socket) => {
        socket.write(HEAD + said);
        socket.once('close', closed);
        asked();
      };
      const client = dial(sidecar.inbound[0] ?? '');
      client.write(ASK);
      await isAsked;
      if (said !== '') await once(client, 'data');
      client.destroy();
      await isClosed;
    },
  );

  it('a client that does not read makes the model wait; memory does not grow with the stream', async () => {
    const total = 256 * 1024 * 1024;
    const piece = event('word '.repeat(200));
    let sent = 0;
    serve = (socket) => {
      socket.write(HEAD);
      const more = (): void => {
        while (sent < total) {
          sent += piece.length;
          if (!socket.write(piece)) return void socket.once('drain', more);
        }
      };
      more();
    };
    const { pid } = sidecar.process;
    if (pid === undefined) throw new Error('no sidecar');
    const base = residentMib(pid);
    const client = dial(sidecar.inbound[0] ?? '');
    client.write(ASK);
    await once(client, 'data');
    client.pause();
    let before = -1;
    while (before !== sent) {
      before = sent;
      await sleep(1000);
    }
    expect(sent).toBeLessThan(total / 4);
    expect(residentMib(pid)).toBeLessThan(base + 96);
    client.destroy();
  });

  it('SIGTERM lets an open stream finish, and then the process ends', async () => {
    const asked = new Promise<Socket>((resolve) => {
      serve = (socket) => {
        socket.write(HEAD + event('Hello there, how are you today? '));
        resolve(socket);
      };
    });
    const client = dial(sidecar.inbound[0] ?? '');
    const chunks: Buffer[] = [];
    client.on('data', (data: Buffer) => chunks.push(data));
    const closed = once(client, 'close');
    client.write(ASK);
    const model = await asked;
    const exited = once(sidecar.process, 'exit');
    sidecar.process.kill('SIGTERM');
    await sidecar.logged('"msg":"draining"');
    expect(sidecar.process.exitCode).toBeNull();
    model.write(event('I am well.') + END);
    await closed;
    const text = Buffer.concat(chunks).toString();
    expect(text).toContain('I am well.');
    expect(text).toContain('[DONE]');
    expect(await exited).toEqual([0, null]);
  });
});
