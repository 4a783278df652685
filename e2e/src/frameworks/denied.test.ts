import { setTracingDisabled } from '@openai/agents';
import { Agent, setGlobalDispatcher } from 'undici';

import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import type { ScriptedUpstream } from '../process/upstream.ts';
import { AGENTS } from './agents.ts';
import { startModelServer } from './model-server.ts';
import { endingOf } from './outcome.ts';

function policyOf(more: string): string {
  return `version: 1
action:
  ${more}
  tools: [{ name: get_weather, arguments: "args.city != 'Atlantis'" }]
`;
}

// Google's SDK looks Node's dispatcher up in `globalThis`, which is not Node's own in a test.
const dispatcher = new Agent();
setGlobalDispatcher(dispatcher);
beforeAll(() => setTracingDisabled(true));
afterAll(() => dispatcher.close());

/** A model that asks for a city that policy does not allow, beside one that it does or alone. */
describe.each([
  ['alone', [{ city: 'Atlantis' }]],
  ['beside one that is allowed', [{ city: 'Paris' }, { city: 'Atlantis' }]],
])('a call that is denied, %s', (_where, calls) => {
  let upstream: ScriptedUpstream;
  let sidecar: SidecarProcess;
  beforeAll(async () => {
    upstream = await startModelServer({
      calls,
      mended: [{ city: 'Paris' }],
      pieces: ['It is ', 'sun', 'ny in Paris.'],
    });
    sidecar = await startSidecar({ upstreams: [upstream.origin], policy: policyOf('onDeny: deny-result') });
  });
  afterAll(async () => {
    await sidecar.stop();
    await upstream.close();
  });

  it.each(AGENTS)('does not end the loop of $name, and does not reach its tool', async (agent) => {
    upstream.seen.length = 0;
    const outcome = await agent.run(sidecar.inbound[0] ?? '');
    expect(outcome).toMatchObject({ text: 'It is sunny in Paris.', calls: [{ city: 'Paris' }] });
    // The call, the same with its results, and what the client goes on with.
    expect(upstream.seen).toHaveLength(3);
  });
});

describe('a model that insists', () => {
  let upstream: ScriptedUpstream;
  let sidecars: readonly SidecarProcess[];
  beforeAll(async () => {
    const atlantis = [{ city: 'Atlantis' }];
    upstream = await startModelServer({ calls: atlantis, mended: atlantis, pieces: ['never'] });
    sidecars = await Promise.all(
      ['onDeny: deny-result', 'onDeny: error'].map((more) =>
        startSidecar({ upstreams: [upstream.origin], policy: policyOf(more) }),
      ),
    );
  });
  afterAll(async () => {
    await Promise.all(sidecars.map((each) => each.stop()));
    await upstream.close();
  });

  it.each(AGENTS)('brings $name to an end after three rounds, or at once', async (agent) => {
    const [denying, raising] = sidecars.map((each) => each.inbound[0] ?? '');
    upstream.seen.length = 0;
    const run = async (origin = ''): Promise<unknown> => {
      const { calls, reason } = await agent.run(origin);
      return `calls ${calls.length}, reason ${reason ?? 'none'}`;
    };
    expect(await endingOf(run(denying))).toMatch(/^raises |^returns calls 0,/);
    expect(upstream.seen).toHaveLength(4);
    upstream.seen.length = 0;
    // The SDK `ai` raises where its stream is read, and shows the reason here.
    expect(await endingOf(run(raising))).toMatch(/^raises |^returns calls 0, reason error$/);
    expect(upstream.seen).toHaveLength(1);
  });
});
