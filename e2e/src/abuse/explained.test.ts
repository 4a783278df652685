import type { Socket } from 'node:net';

import { auditLines } from '../process/audit-log.ts';
import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { until } from '../process/until.ts';
import { startRaw, talk, type RawServer } from './raw.ts';

const POLICY = `version: 1
endpoints: { upgrade: [/listed] }
limits: { tokensPerMinute: 30 }
`;

function body(stream: boolean): string {
  return JSON.stringify({ model: 'm', stream, messages: [{ role: 'user', content: 'Hi' }] });
}
function ask(stream = false): string {
  return (
    'POST /v1/chat/completions HTTP/1.1\r\nHost: m\r\nContent-Type: application/json\r\nConnection: close\r\n' +
    `Content-Length: ${body(stream).length}\r\n\r\n${body(stream)}`
  );
}
function handshake(path: string): string {
  return (
    `GET ${path} HTTP/1.1\r\nHost: m\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'
  );
}
function whole(content: string): string {
  const reply = JSON.stringify({
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  });
  return `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${reply.length}\r\n\r\n${reply}`;
}
function chunk(text: string): string {
  return `${text.length.toString(16)}\r\n${text}\r\n`;
}

describe('rejected messages get a reason, and are recorded', () => {
  let upstream: RawServer;
  let sidecar: SidecarProcess;
  let answer = '';

  beforeEach(async () => {
    upstream = await startRaw((socket: Socket) => socket.once('data', () => socket.end(answer)));
    sidecar = await startSidecar({ upstreams: [upstream.origin], policy: POLICY });
  });
  afterEach(async () => {
    await sidecar.stop('SIGKILL');
    await upstream.close();
  });
  const say = (bytes: string): Promise<string> => talk(sidecar.inbound[0] ?? '', bytes);
  const counted = (what: RegExp): Promise<string> =>
    until(
      `${String(what)} in the metrics`,
      async () => (await fetch(`${sidecar.admin}/metrics`)).text(),
      (text) => what.test(text),
    );

  it('an upgrade that policy does not list', async () => {
    const reply = await say(handshake('/other'));
    expect(reply).toMatch(/^HTTP\/1\.1 404 /);
    expect(reply).toContain('x-should-retry: false');
    expect(reply).toContain('"code":"endpoint_not_allowed"');
    await counted(/decisions_total\{[^}]*rule="endpoint_not_allowed"[^}]*\} 1$/m);
  });

  it('an upgrade that policy lists, as the server answers it', async () => {
    answer = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno';
    expect(await say(handshake('/listed'))).toMatch(/^HTTP\/1\.1 403 [^]*no$/);
  });

  it('a listed route whose server does not answer', async () => {
    answer = '';
    const reply = await say('GET /health HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n');
    expect(reply).toMatch(/^HTTP\/1\.1 502 /);
    expect(reply).toContain('"code":"upstream_unavailable"');
    const [, decision] = /llm-boundary-decision: (\S+)/.exec(reply) ?? [];
    await sidecar.logged('upstream failed', decision ?? 'none');
    expect(auditLines(sidecar.auditDir).some(({ exchange }) => exchange === decision)).toBe(true);
  });

  it.each([
    ['a reply that is not HTTP', 'SSH-2.0-x\r\n'],
    [
      'a bad chunk size',
      'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ],
  ])('%s', async (_name, said) => {
    answer = said;
    const reply = await say(ask());
    expect(reply).toMatch(/^HTTP\/1\.1 502 /);
    expect(reply).toContain('"code":"response_malformed"');
    expect(reply).toContain('x-should-retry: false');
  });

  it('a message of two meanings is counted, though it is no exchange', async () => {
    expect(await say(ask().replace('Host: m', 'Host: m\r\nTransfer-Encoding: chunked'))).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    await counted(
      /^llm_boundary_messages_refused_total\{direction="inbound",reason="length_ambiguous"\} 1$/m,
    );
  });

  it.each([
    ['whole', false, whole('word '.repeat(60))],
    [
      'streamed, without a terminator',
      true,
      'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n' +
        chunk(
          `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'word '.repeat(60) }, finish_reason: 'stop' }] })}\n\n`,
        ) +
        '0\r\n\r\n',
    ],
  ])('tokens are metered without usage: %s', async (_name, stream, said) => {
    answer = said;
    const first = await say(ask(stream));
    expect(first).toMatch(/^HTTP\/1\.1 200 /);
    expect(first).not.toContain('error');
    const second = await say(ask(stream));
    expect(second).toMatch(/^HTTP\/1\.1 429 /);
    expect(second).toMatch(/retry-after: \d+/);
    expect(second).toContain('limits.tokensPerMinute of the policy would allow more');
  });
});
