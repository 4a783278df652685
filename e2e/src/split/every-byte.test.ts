import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { auditLines, type AuditLine } from '../process/audit-log.ts';
import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { EMAIL, POLICY } from '../sdk/policy.ts';
import { RECORDINGS, type Recording } from './recordings.ts';

const AT_ONCE = 12;
/**
 * Every position of a reply up to this length; of a longer one as many, spread evenly from a first one that differs from run to run. The
 * scheduled job tries every position.
 */
const MOST_CUTS = Number(process.env['SPLIT_CUTS'] ?? 300);

/** One HTTP chunk per piece: the sidecar's parser hands each over by itself, however the kernel joins them. */
function pieces({ body }: Recording, cut: string): readonly Buffer[] {
  if (cut === 'whole') return [body];
  if (cut === 'bytes') return Array.from(body, (byte) => Buffer.of(byte));
  return [body.subarray(0, Number(cut)), body.subarray(Number(cut))];
}

interface Outcome {
  readonly exchange: string;
  readonly status: number;
  readonly body: string;
}

function ask(agent: Agent, origin: string, index: number, cut: string): Promise<Outcome> {
  const recording = RECORDINGS[index];
  if (recording === undefined) throw new Error('no such recording');
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'x-split': `${index}/${cut}` };
    const sent = request(`${origin}${recording.path}`, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const exchange = String(response.headers['llm-boundary-decision']);
        // What the boundary itself writes names the exchange; that differs and says nothing.
        const body = Buffer.concat(chunks).toString().replaceAll(exchange, 'ID');
        resolve({ exchange, status: response.statusCode ?? 0, body });
      });
    });
    sent.once('error', reject);
    sent.end(JSON.stringify(recording.request));
  });
}

function verdictOf({ kind, verdict, code, outcome, hits }: AuditLine): string {
  return `${kind} ${verdict} ${code ?? ''} ${outcome ?? ''} ${hits.map((hit) => `${hit.rule}=${hit.action}`).join()}`;
}

describe('a streamed reply that arrives in other pieces', () => {
  let upstream: Server;
  let sidecar: SidecarProcess;
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

  beforeAll(async () => {
    upstream = createServer((received, response) => {
      const [index = '', cut = ''] = String(received.headers['x-split']).split('/');
      const recording = RECORDINGS[Number(index)];
      received.resume().once('end', () => {
        response.writeHead(200, { 'content-type': recording?.contentType });
        for (const piece of recording === undefined ? [] : pieces(recording, cut)) response.write(piece);
        response.end();
      });
    });
    // A connection that it closes while a request is on its way is retried on another, and that is on the record.
    upstream.keepAliveTimeout = 0;
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const origin = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
    sidecar = await startSidecar({ upstreams: [origin], policy: POLICY });
  });
  afterAll(async () => {
    agent.destroy();
    await sidecar.stop();
    upstream.close();
  });

  it.each(RECORDINGS.map(({ name }, index) => [name, index] as const))(
    '%s: the same text and the same verdicts, byte by byte and cut anywhere',
    async (name, index) => {
      const { length } = RECORDINGS[index]?.body ?? Buffer.of();
      const step = Math.max(1, length / MOST_CUTS);
      const cuts = ['bytes'];
      for (let at = 1 + Math.random() * (step - 1); at < length; at += step)
        cuts.push(String(Math.floor(at)));
      const origin = sidecar.inbound[0] ?? '';
      const whole = await ask(agent, origin, index, 'whole');
      expect(whole).toMatchObject({ status: 200 });
      expect(whole.body).toContain('[EMAIL]');
      expect(whole.body).not.toContain(EMAIL);
      if (name === 'chat with a secret') expect(whole.body).toContain('content_filter');

      const different: unknown[] = [];
      const ids = new Map<string, string>();
      const worker = async (): Promise<void> => {
        for (let cut = cuts.shift(); cut !== undefined; cut = cuts.shift()) {
          const outcome = await ask(agent, origin, index, cut);
          ids.set(outcome.exchange, cut);
          if (outcome.body !== whole.body || outcome.status !== 200) different.push({ cut, outcome });
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      expect(different).toEqual([]);

      const verdicts = new Map<string, string[]>();
      for (const line of auditLines(sidecar.auditDir)) {
        const seen = verdicts.get(line.exchange) ?? [];
        verdicts.set(line.exchange, [...seen, verdictOf(line)]);
      }
      const expected = verdicts.get(whole.exchange);
      expect(expected?.some((verdict) => verdict.includes('pii.email=redact'))).toBe(true);
      for (const [exchange, cut] of ids)
        expect({ cut, verdicts: verdicts.get(exchange) }).toEqual({ cut, verdicts: expected });
    },
    600_000,
  );
});
