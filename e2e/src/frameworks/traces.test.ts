import {
  Agent,
  BatchTraceProcessor,
  getGlobalTraceProvider,
  OpenAIProvider,
  OpenAITracingExporter,
  Runner,
  setTraceProcessors,
  setTracingDisabled,
} from '@openai/agents';

import { auditLines } from '../process/audit-log.ts';
import { startSidecar, type SidecarProcess } from '../process/sidecar.ts';
import type { ScriptedUpstream } from '../process/upstream.ts';
import { startModelServer, SUNNY } from './model-server.ts';

const POLICY = `version: 1
action:
  default: allow
  hosts: [{ host: api.openai.com, paths: [/v1/responses] }]
`;

let upstream: ScriptedUpstream;
let sidecar: SidecarProcess;
beforeAll(async () => {
  upstream = await startModelServer(SUNNY);
  sidecar = await startSidecar({ upstreams: [upstream.origin], policy: POLICY });
});
afterAll(async () => {
  setTracingDisabled(true);
  await sidecar.stop();
  await upstream.close();
});

it('refuses the traces of @openai/agents, and the agent goes on', async () => {
  // Its own endpoint is https://api.openai.com/v1/traces/ingest: the same host and path, by the base path of the provider.
  const endpoint = `${sidecar.outbound}/openai/v1/traces/ingest`;
  const exporter = new OpenAITracingExporter({ apiKey: 'test-key', endpoint });
  setTraceProcessors([new BatchTraceProcessor(exporter)]);
  setTracingDisabled(false);
  const baseURL = `${sidecar.inbound[0] ?? ''}/v1`;
  const provider = new OpenAIProvider({ apiKey: 'test-key', baseURL, useResponses: true });
  const agent = new Agent({ name: 'weather', instructions: 'Answer.', model: await provider.getModel('m') });
  const runner = new Runner({ tracingDisabled: false });
  expect((await runner.run(agent, 'Is it sunny?')).finalOutput).toBe('It is sunny in Paris. 🌞');
  await getGlobalTraceProvider().forceFlush();
  expect(upstream.seen.map(({ path }) => path)).toEqual(['/v1/responses']);
  const refused = auditLines(sidecar.auditDir).filter(({ verdict }) => verdict === 'block');
  expect(refused).toMatchObject([
    { code: 'host_not_allowed', hits: [{ rule: 'host.path-not-listed', action: 'block' }] },
  ]);
});
