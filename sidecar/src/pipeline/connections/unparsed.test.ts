import { talk } from '../../listeners/test-kit.ts';
import { LISTENER_DEFAULTS } from '../../http/limits.ts';
import { startServer } from '../../http/server.ts';
import { Live, policyOf } from '../test-kit.ts';
import { createFaultRecorder } from './unparsed.ts';

/** SETTINGS (RFC 9113 §3.4) follow the preface. */
const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);

/** Metrics of exchanges and messages with a value. */
const COUNTS =
  /^llm_boundary_(?:decisions_total|exchanges_total|messages_refused_total|exchanges_in_flight|overhead_seconds_count)\b.* [1-9]/;

describe('refusals before HTTP', () => {
  it.each([
    ['HTTP/2 with prior knowledge', PREFACE, 505, 'endpoints.tcp'],
    ['another version', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', 505, 'endpoints.tcp'],
    ['bytes of another protocol', '*1\r\n$4\r\nPING\r\n', 400, 'valid HTTP/1.1'],
    [
      'two lengths',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'Content-Length',
    ],
  ])('%s: answered, logged and recorded, with what to do', async (_name, bytes, status, way) => {
    for (const mode of ['enforce', 'observe']) {
      const warnings: string[] = [];
      const live = new Live({ policy: policyOf(`mode: ${mode}`) });
      const { boundary } = live;
      const log = { ...boundary.log, warning: (text: string) => void warnings.push(text) };
      const listener = await startServer({
        listen: { host: '127.0.0.1', port: 0 },
        limits: LISTENER_DEFAULTS,
        onFault: createFaultRecorder({ ...boundary, log }, 'inbound'),
        handler: { request: (_req, res) => void res.end(), upgrade: (_req, socket) => void socket.destroy() },
      });
      const reply = await talk(listener.address.port, bytes);
      expect(reply).toMatch(new RegExp(`^HTTP/1\\.1 ${status} [^]*${way.replace('.', '\\.')}`));
      expect(live.ledger.decisions).toMatchObject([
        { kind: 'ingress', verdict: 'block', code: 'request_malformed', status, outcome: 'refused' },
      ]);
      expect(warnings).toEqual([expect.stringContaining(way)]);
      const counted = (await live.telemetry.text()).split('\n').filter((line) => COUNTS.test(line));
      expect(counted.map((line) => line.replace(/\{.*\}/, ''))).toEqual([
        'llm_boundary_decisions_total 1',
        'llm_boundary_messages_refused_total 1',
      ]);
      await listener.close();
    }
  });
});
