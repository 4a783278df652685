import { once } from 'node:events';
import type { Socket } from 'node:net';

import { auditLines, type AuditLine } from '../process/audit-log.ts';
import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { POLICY } from '../sdk/policy.ts';
import { until } from '../process/until.ts';
import { dial, startRaw, type RawServer } from './raw.ts';
import { ask, CHAT_STREAM, SSE } from './streams.ts';

const CHAT = ask(CHAT_STREAM);
const HEALTH = 'GET /health HTTP/1.1\r\nHost: m\r\nConnection: close\r\n\r\n';
const JSON_HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
/** The first of a stream, behind which another would have to come. */
const CHUNK = `${CHAT_STREAM.said.length.toString(16)}\r\n${CHAT_STREAM.said}\r\n`;
const LIMITED = "endpoints: { pass: ['GET /health'] }\nlimits: { responseBytes: 2KiB }\n";

describe('an exchange that a server or a limit ends', () => {
  let upstream: RawServer;
  let sidecar: SidecarProcess;
  let serve: (socket: Socket) => void = () => undefined;

  /** The last line of the exchange, when it has ended. */
  async function endOf(request: string): Promise<AuditLine> {
    const before = auditLines(sidecar.auditDir).length;
    const client = dial(sidecar.inbound[0] ?? '');
    client.resume();
    client.write(request);
    await once(client, 'close');
    const lines = await until(
      'a line with an outcome',
      () => auditLines(sidecar.auditDir).slice(before),
      (written) => written.some(({ outcome }) => outcome !== null),
    );
    const last = lines.at(-1);
    if (last === undefined) throw new Error('no line');
    return last;
  }

  beforeAll(async () => {
    upstream = await startRaw((socket) => {
      socket.once('data', () => serve(socket));
    });
    sidecar = await startSidecar({ upstreams: [upstream.origin], policy: POLICY + LIMITED });
  });
  afterAll(async () => {
    await sidecar.stop('SIGKILL');
    await upstream.close();
  });

  it.each([
    ['closes without a byte', '', [CHAT, HEALTH]],
    ['breaks off in the head', 'HTTP/1.1 200 OK\r\nContent-Ty', [CHAT, HEALTH]],
    ['breaks off in the body', `${JSON_HEAD}Content-Length: 999\r\n\r\n{`, [CHAT, HEALTH]],
    [
      'breaks off in a stream',
      `HTTP/1.1 200 OK\r\nContent-Type: ${SSE}\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNK}`,
      [CHAT],
    ],
    ['answers what is no HTTP', 'SMTP ready\r\n\r\n', [CHAT, HEALTH]],
    ['answers what cannot be read', `${JSON_HEAD}Content-Length: 1\r\n\r\n{`, [CHAT]],
  ])('a server that %s is upstream_failed in the record', async (_name, reply, requests) => {
    serve = (socket) => socket.end(reply);
    for (const request of requests)
      expect(await endOf(request)).toMatchObject({ kind: 'close', outcome: 'upstream_failed' });
  });

  it('a reply that is larger than the policy allows is refused', async () => {
    serve = (socket) => socket.end(`${JSON_HEAD}Content-Length: 3000\r\n\r\n${'1'.repeat(3_000)}`);
    expect(await endOf(CHAT)).toMatchObject({ code: 'response_malformed', outcome: 'refused' });
  });

  it('a server that refuses the connection is upstream_failed in the record', async () => {
    await upstream.close();
    for (const request of [CHAT, HEALTH])
      expect(await endOf(request)).toMatchObject({ kind: 'close', outcome: 'upstream_failed' });
  });

  it('all of that is in the metrics', async () => {
    // An exchange is counted behind its last line.
    const counted = (text: string, outcome: string): number =>
      text
        .split('\n')
        .filter((line) => line.startsWith('llm_boundary_exchanges_total{') && line.includes(outcome))
        .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    const counts = await until(
      'the counts of all exchanges',
      async () => {
        const text = await (await fetch(`${sidecar.admin}/metrics`)).text();
        const of = (outcome: string): number => counted(text, outcome);
        return { failed: of('upstream_failed'), refused: of('refused'), completed: of('completed') };
      },
      ({ failed, refused }) => failed + refused >= 13,
    );
    expect(counts).toEqual({ failed: 12, refused: 1, completed: 0 });
  });
});
