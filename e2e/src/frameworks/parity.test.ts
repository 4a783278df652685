import { setTracingDisabled } from '@openai/agents';
import { Agent, setGlobalDispatcher } from 'undici';

import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import type { ScriptedUpstream } from '../process/upstream.ts';
import { AGENTS } from './agents.ts';
import { startModelServer, SUNNY } from './model-server.ts';
import type { Outcome } from './weather.ts';

const ENFORCING = 'version: 1\naction: { default: allow }\n';
const OBSERVING = 'version: 1\nmode: observe\n';

// Google's SDK looks Node's dispatcher up in `globalThis`, which is not Node's own in a test.
const dispatcher = new Agent();
setGlobalDispatcher(dispatcher);
afterAll(() => dispatcher.close());

/** What reached the model server, without what differs from connection to connection. */
interface Told {
  readonly outcome: Outcome;
  readonly asked: readonly { readonly path: string; readonly body: unknown }[];
}

let upstream: ScriptedUpstream;
let enforcing: SidecarProcess;
let observing: SidecarProcess;

beforeAll(async () => {
  // Its tracing goes to the vendor's own host, past any base URL.
  setTracingDisabled(true);
  upstream = await startModelServer(SUNNY);
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

async function told(run: (origin: string) => Promise<Outcome>, origin: string): Promise<Told> {
  upstream.seen.length = 0;
  const outcome = await run(origin);
  const asked = upstream.seen.map(({ path, body }) => ({ path, body: JSON.parse(body) as unknown }));
  return { outcome, asked };
}

describe.each(AGENTS)('$name', (agent) => {
  const run = (origin: string): Promise<Outcome> => agent.run(origin);

  it('comes to the same through the boundary as directly', async () => {
    const direct = await told(run, upstream.origin);
    expect(direct.outcome).toMatchObject({ text: 'It is sunny in Paris. 🌞', calls: [{ city: 'Paris' }] });
    expect(await told(run, observing.inbound[0] ?? '')).toEqual(direct);
    // Enforced, what reaches the server may differ: Anthropic's runner leaves out `thread` by itself where it is refused.
    expect((await told(run, enforcing.inbound[0] ?? '')).outcome).toEqual(direct.outcome);
  });
});
