import { request } from 'undici';

import { startSidecar, type SidecarProcess } from '../../process/sidecar.ts';
import { json, sse, startUpstream, type ScriptedUpstream } from '../../process/upstream.ts';
import { CLAUDE_CODE } from './claude-code/session.ts';
import { CODEX } from './codex/session.ts';
import type { AgentExchange } from './exchange.ts';

const ENFORCING = `version: 1
action: { default: allow }
ingress: { media: { image: { action: allow }, file: { action: allow } } }
`;
const OBSERVING = 'version: 1\nmode: observe\n';

let upstream: ScriptedUpstream;
let enforcing: SidecarProcess;
let observing: SidecarProcess;
beforeAll(async () => {
  upstream = await startUpstream((_seen, response) => response.writeHead(500).end());
  const upstreams = [upstream.origin];
  [enforcing, observing] = await Promise.all([
    startSidecar({ upstreams, policy: ENFORCING }),
    startSidecar({ upstreams, policy: OBSERVING }),
  ]);
});
afterAll(async () => {
  await Promise.all([enforcing.stop(), observing.stop()]);
  await upstream.close();
});

/** What came back, and what the server was asked. */
interface Outcome {
  readonly status: number;
  readonly body: string;
  readonly asked: readonly { readonly path: string; readonly body: string }[];
}

async function ask(exchange: AgentExchange, origin: string): Promise<Outcome> {
  const { method = 'POST', path, headers = {}, body, reply } = exchange;
  upstream.seen.length = 0;
  upstream.script = (_seen, response) => {
    if (reply === null) response.writeHead(200).end();
    else if ('whole' in reply) json(response, reply.whole);
    else
      sse(
        response,
        reply.events.map((data) => ({ event: data.type, data })),
      );
  };
  const answer = await request(`${origin}${path}`, {
    method,
    headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await answer.body.text();
  const asked = upstream.seen.map((seen) => ({ path: seen.path, body: seen.body }));
  return { status: answer.statusCode, body: text, asked };
}

describe.each([
  ['Codex', CODEX],
  ['Claude Code', CLAUDE_CODE],
])('a session of %s', (_name, exchanges) => {
  it.each(exchanges)('$name', async (exchange) => {
    const direct = await ask(exchange, upstream.origin);
    expect(direct.status).toBe(200);
    expect(await ask(exchange, enforcing.inbound[0] ?? '')).toEqual(direct);
    expect(await ask(exchange, observing.inbound[0] ?? '')).toEqual(direct);
  });
});
