import { createOpenAI } from '@ai-sdk/openai';
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { Mistral } from '@mistralai/mistralai';
import { setTracingDisabled } from '@openai/agents';
import { generateImage } from 'ai';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { Agent, setGlobalDispatcher } from 'undici';

import { auditLines } from '../process/audit-log.ts';
import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import { startUpstream, type ScriptedUpstream } from '../process/upstream.ts';
import { AGENTS } from './agents.ts';
import { endingOf } from './outcome.ts';

const apiKey = 'test-key';

// Google's SDK looks Node's dispatcher up in `globalThis`, which is not Node's own in a test.
const dispatcher = new Agent();
setGlobalDispatcher(dispatcher);

let upstream: ScriptedUpstream;
let sidecar: SidecarProcess;
beforeAll(async () => {
  setTracingDisabled(true);
  upstream = await startUpstream((_seen, response) => response.writeHead(500).end());
  const policy = 'version: 1\naction: { default: allow }\n';
  sidecar = await startSidecar({ upstreams: [upstream.origin], policy });
});
afterAll(async () => {
  await sidecar.stop();
  await upstream.close();
  await dispatcher.close();
});

/** The codes of the requests that `call` made, which all must have been refused. */
async function refusalsOf(call: () => Promise<unknown>): Promise<readonly (string | null)[]> {
  const before = auditLines(sidecar.auditDir).length;
  const ending = await endingOf(call());
  expect(ending).toMatch(/^raises /);
  expect(upstream.seen).toEqual([]);
  return auditLines(sidecar.auditDir)
    .slice(before)
    .map(({ code }) => code);
}

/** Calls of routes that no dialect reads, with the retries that each SDK has by default. */
const CALLS: readonly (readonly [string, (origin: string) => Promise<unknown>])[] = [
  ['openai, files.list', (origin) => new OpenAI({ apiKey, baseURL: `${origin}/v1` }).files.list()],
  [
    'openai, images.generate',
    (origin) => new OpenAI({ apiKey, baseURL: `${origin}/v1` }).images.generate({ model: 'm', prompt: 'x' }),
  ],
  [
    '@anthropic-ai/sdk, batches.list',
    (origin) => new Anthropic({ apiKey, baseURL: origin }).messages.batches.list(),
  ],
  [
    '@anthropic-ai/sdk, batches.create',
    (origin) => new Anthropic({ apiKey, baseURL: origin }).messages.batches.create({ requests: [] }),
  ],
  [
    '@google/genai, caches.list',
    (origin) => new GoogleGenAI({ apiKey, httpOptions: { baseUrl: origin } }).caches.list(),
  ],
  ['ollama, delete', (origin) => new Ollama({ host: origin }).delete({ model: 'm' })],
  ['ollama, pull', (origin) => new Ollama({ host: origin }).pull({ model: 'm' })],
  ['@mistralai/mistralai, files.list', (origin) => new Mistral({ apiKey, serverURL: origin }).files.list()],
  [
    'ai, generateImage',
    (origin) =>
      generateImage({
        model: createOpenAI({ apiKey, baseURL: `${origin}/v1` }).image('dall-e-3'),
        prompt: 'x',
      }),
  ],
];

describe('a route that is refused', () => {
  it.each(CALLS)('is asked for once by %s', async (_name, call) => {
    expect(await refusalsOf(() => call(sidecar.inbound[0] ?? ''))).toEqual(['endpoint_not_allowed']);
  });

  it.each(AGENTS)('is asked for once by $name', async (agent) => {
    const origin = `${sidecar.inbound[0] ?? ''}/unknown`;
    expect(await refusalsOf(() => agent.run(origin))).toEqual(['endpoint_not_allowed']);
  });

  it.each(AGENTS)('is asked for once by $name where it is no provider', async (agent) => {
    expect(await refusalsOf(() => agent.run(sidecar.outbound))).toEqual(['host_not_allowed']);
  });
});
