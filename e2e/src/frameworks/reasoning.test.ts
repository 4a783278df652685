import { createOpenAI } from '@ai-sdk/openai';
import { Agent, OpenAIProvider, run, setTracingDisabled, tool as agentsTool } from '@openai/agents';
import { generateText, stepCountIs, streamText, tool as aiTool } from 'ai';
import { request } from 'undici';
import { z } from 'zod';

import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import type { ScriptedUpstream } from '../process/upstream.ts';
import { startModelServer, SUNNY } from './model-server.ts';
import { TOOL, type Thought } from './replies/turn.ts';

/** What only a provider can read, in its shape. */
const SEALED = `gAAAA${'QmFzZTY0VGV4dF8tQmFzZTY0'.repeat(12)}==`;
const SUMMARY = 'The user wants the weather of a city.';
const ENFORCING = 'version: 1\naction: { default: allow }\n';

const PROMPT = 'What is the weather in Paris?';
const DESCRIPTION = 'The weather in a city.';
const parameters = z.object({ city: z.string() });
const apiKey = 'test-key';

function execute(): Promise<string> {
  return Promise.resolve('sunny, 24 degrees');
}

/** An agent whose model reasons before it calls a tool. `isStored`: the provider keeps what it thought. */
interface Reasoner {
  readonly name: string;
  run(origin: string, isStored: boolean): Promise<string>;
}

function vercel(origin: string, isStored: boolean): Parameters<typeof generateText>[0] {
  const sealed = { store: false, include: ['reasoning.encrypted_content' as const] };
  return {
    model: createOpenAI({ apiKey, baseURL: `${origin}/v1` }).responses('gpt-5'),
    prompt: PROMPT,
    tools: { [TOOL]: aiTool({ description: DESCRIPTION, inputSchema: parameters, execute }) },
    stopWhen: stepCountIs(4),
    maxRetries: 0,
    providerOptions: { openai: { reasoningSummary: 'auto', ...(isStored ? {} : sealed) } },
  };
}

async function agent(origin: string, isStored: boolean): Promise<Agent> {
  const sealed = { store: false, providerData: { include: ['reasoning.encrypted_content'] } };
  return new Agent({
    name: 'weather',
    instructions: 'Answer questions about the weather.',
    model: await new OpenAIProvider({ apiKey, baseURL: `${origin}/v1`, useResponses: true }).getModel(
      'gpt-5',
    ),
    modelSettings: isStored ? {} : sealed,
    tools: [agentsTool({ name: TOOL, description: DESCRIPTION, parameters, execute })],
  });
}

const REASONERS: readonly Reasoner[] = [
  { name: 'ai, generateText', run: async (...at) => (await generateText(vercel(...at))).text },
  { name: 'ai, streamText', run: async (...at) => streamText(vercel(...at)).text },
  {
    name: '@openai/agents, run',
    run: async (...at) => (await run(await agent(...at), PROMPT)).finalOutput ?? '',
  },
  {
    name: '@openai/agents, streamed run',
    run: async (...at) => {
      const result = await run(await agent(...at), PROMPT, { stream: true });
      await result.completed;
      return result.finalOutput ?? '';
    },
  },
];

interface Stage {
  readonly upstream: ScriptedUpstream;
  readonly sidecar: SidecarProcess;
  /** Another one before the same server, which has let nothing through. */
  readonly stranger: SidecarProcess;
}

async function stage(thought: Thought): Promise<Stage> {
  const upstream = await startModelServer({ ...SUNNY, thought });
  const setup = { upstreams: [upstream.origin], policy: ENFORCING };
  const [sidecar, stranger] = await Promise.all([startSidecar(setup), startSidecar(setup)]);
  return { upstream, sidecar, stranger };
}

beforeAll(() => setTracingDisabled(true));

describe.each<[string, boolean, Thought, RegExp]>([
  ['that the provider keeps', true, { summary: SUMMARY, sealed: null }, /"rs_1"/],
  ['that is sealed', false, { summary: SUMMARY, sealed: SEALED }, /"encrypted_content":"gAAAA/],
])('reasoning %s', (_name, isStored, thought, comesBack) => {
  let set: Stage;
  beforeAll(async () => {
    set = await stage(thought);
  });
  afterAll(async () => {
    await Promise.all([set.sidecar.stop(), set.stranger.stop()]);
    await set.upstream.close();
  });

  it.each(REASONERS)('comes back in the second turn of $name', async (reasoner) => {
    const told = async (origin: string) => {
      set.upstream.seen.length = 0;
      const text = await reasoner.run(origin, isStored);
      return { text, asked: set.upstream.seen.map(({ path, body }) => ({ path, body })) };
    };
    const direct = await told(set.upstream.origin);
    expect(direct.text).toBe('It is sunny in Paris. 🌞');
    expect(direct.asked).toHaveLength(2);
    expect(direct.asked[1]?.body).toMatch(comesBack);
    expect(await told(set.sidecar.inbound[0] ?? '')).toEqual(direct);
  });

  it('is refused where it did not come through the same sidecar', async () => {
    set.upstream.seen.length = 0;
    await REASONERS[0]?.run(set.upstream.origin, isStored);
    const body = set.upstream.seen[1]?.body ?? '';
    const reply = await request(`${set.stranger.inbound[0] ?? ''}/v1/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(reply.statusCode).toBe(400);
    expect(await reply.body.text()).toMatch(/ingress\.media[^]*"code":"content_refused"/);
  });
});
