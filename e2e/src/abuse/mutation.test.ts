import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { INJECTION } from '../sdk/policy.ts';
import { mutate, random } from './mutation.ts';
import { residentMib, startRaw, talk, type RawServer } from './raw.ts';

/** A scheduled job asks for many more. */
const ROUNDS = Number(process.env['FUZZ_RUNS'] ?? 4_000);
const AT_ONCE = 48;
/** In every prompt, so that each is one that must be refused. */
const POLICY = `version: 1
ingress: { injection: { action: block, threshold: 0.5, untrusted: { threshold: 0.5 } } }
audit: { required: true }
`;

function request(path: string, body: object, chunked = false): string {
  const text = JSON.stringify(body);
  const head = `POST ${path} HTTP/1.1\r\nHost: model:8000\r\nContent-Type: application/json\r\n`;
  if (!chunked) return `${head}Content-Length: ${text.length}\r\n\r\n${text}`;
  const half = text.length >> 1;
  const pieces = [text.slice(0, half), text.slice(half), ''];
  const chunks = pieces.map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join('');
  return `${head}Transfer-Encoding: chunked\r\n\r\n${chunks}`;
}
const messages = [{ role: 'user', content: INJECTION }];
const SEEDS: readonly string[] = [
  request('/v1/chat/completions', { model: 'm', messages }),
  request('/v1/chat/completions', { model: 'm', stream: true, messages }, true),
  request('/v1/completions', { model: 'm', prompt: INJECTION }),
  request('/v1/responses', { model: 'm', input: INJECTION }, true),
  request('/v1/messages', { model: 'm', max_tokens: 8, messages }),
  request('/api/chat', { model: 'm', messages }),
  request('/api/generate', { model: 'm', prompt: INJECTION }),
  request('/v1beta/models/m:generateContent', { contents: [{ role: 'user', parts: [{ text: INJECTION }] }] }),
  request('/v1/embeddings', { model: 'm', input: INJECTION }),
];

describe('mutations of requests that must be refused', () => {
  let upstream: RawServer;
  let sidecar: SidecarProcess;
  let reached = '';

  beforeAll(async () => {
    // Raw, so that nothing that the upstream's own parser would refuse goes unnoticed.
    upstream = await startRaw((socket) => {
      socket.on('data', (chunk: Buffer) => {
        reached += chunk.toString('latin1');
        socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}');
      });
    });
    sidecar = await startSidecar({ upstreams: [upstream.origin], policy: POLICY });
  });
  afterAll(async () => {
    await sidecar.stop();
    await upstream.close();
  });

  it.each(SEEDS.map((seed) => [seed.split(' ')[1] ?? '', seed]))(
    '%s: unchanged, refused',
    async (_, seed) => {
      const reply = await talk(sidecar.inbound[0] ?? '', seed.replace('\r\n', '\r\nConnection: close\r\n'));
      expect(reply).toMatch(/^HTTP\/1\.1 400 [^]*injection_detected/i);
      expect(reached).toBe('');
    },
  );

  it(`${ROUNDS} of them: nothing that must be refused passes, the process lives, memory comes back`, async () => {
    const { pid } = sidecar.process;
    if (pid === undefined) throw new Error('no sidecar');
    const pick = random(20261124);
    const warmUp = ROUNDS / 10;
    let base = 0;
    const passed: string[] = [];
    for (let round = 0; round < ROUNDS; round += AT_ONCE) {
      const sent = Array.from({ length: AT_ONCE }, () => mutate(SEEDS[pick(SEEDS.length)] ?? '', pick));
      reached = '';
      // One that waits for more is let go of: an open connection is not a pass.
      await Promise.all(sent.map((bytes) => talk(sidecar.inbound[0] ?? '', bytes, 60)));
      if (reached.includes(INJECTION)) passed.push(...sent, reached);
      if (base === 0 && round >= warmUp) base = residentMib(pid);
    }
    // The text itself may have been changed by the mutation; then it is another text, and may pass.
    expect(passed).toEqual([]);
    expect(sidecar.process.exitCode).toBeNull();
    const health = await fetch(`${sidecar.admin}/readyz`);
    expect(health.status).toBe(200);
    expect(residentMib(pid)).toBeLessThan(base + 96);
    // Its log is all there behind its end.
    expect(await sidecar.stop()).toBe(0);
    await sidecar.logged('"msg":"stopped"');
    expect(sidecar.log.filter((line) => line.includes('unexpected'))).toEqual([]);
  }, 1_200_000);
});
