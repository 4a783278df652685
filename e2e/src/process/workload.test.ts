import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { startSidecar, type SidecarProcess } from './sidecar.ts';
import { json, startUpstream, type ScriptedUpstream } from './upstream.ts';

const AUDIT = fileURLToPath(new URL('../../../sidecar/dist/commands/audit/main.js', import.meta.url));
const POLICY = JSON.stringify({
  version: 1,
  action: {
    default: 'deny',
    tools: [
      { name: 'pay', when: "workload.labels['app.kubernetes.io/name'] == 'agent'" },
      { name: 'publish', when: "!('internal' in workload.labels)" },
    ],
  },
});
/** As injection sets them. */
const TOLD = {
  LLM_BOUNDARY_POD_NAMESPACE: 'support',
  LLM_BOUNDARY_POD_NAME: 'agent-7d-0',
  LLM_BOUNDARY_POD_LABELS: 'app.kubernetes.io/name=agent,internal=,pod-template-hash=7d',
  LLM_BOUNDARY_POD_OWNER: 'Deployment/agent',
  LLM_BOUNDARY_POD_IMAGES: 'model=vllm/vllm-openai:v0.11.0',
};

let model: ScriptedUpstream;
beforeAll(async () => {
  model = await startUpstream((request, response) => {
    const { tools } = JSON.parse(request.body) as {
      readonly tools: readonly { readonly function: object }[];
    };
    const calls = tools.map((tool, index) => ({
      ...{ id: `call_${index}`, type: 'function' },
      function: { ...tool.function, arguments: '{}' },
    }));
    json(response, {
      ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'm' },
      choices: [
        {
          index: 0,
          finish_reason: 'tool_calls',
          message: { role: 'assistant', content: null, tool_calls: calls },
        },
      ],
    });
  });
});
afterAll(() => model.close());

async function told<T>(
  env: Readonly<Record<string, string>>,
  work: (sidecar: SidecarProcess) => Promise<T>,
): Promise<T> {
  const sidecar = await startSidecar({ upstreams: [model.origin], policy: POLICY, env });
  try {
    return await work(sidecar);
  } finally {
    await sidecar.stop();
  }
}

/** Has the model call one tool; true if the call comes through. */
async function called(sidecar: SidecarProcess, name: string): Promise<boolean> {
  const response = await fetch(`${sidecar.inbound[0] ?? ''}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'm',
      messages: [{ role: 'user', content: 'do it' }],
      tools: [{ type: 'function', function: { name } }],
    }),
  });
  const { choices } = (await response.json()) as {
    readonly choices: readonly { readonly message: { readonly tool_calls?: readonly object[] } }[];
  };
  return (choices[0]?.message.tool_calls ?? []).length > 0;
}

function audit(sidecar: SidecarProcess, command: string, ...words: readonly string[]): string {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [AUDIT, command, ...words, sidecar.auditDir],
    { encoding: 'utf8' },
  );
  return status === 0 ? stdout : `${status ?? ''} ${stderr}`;
}

describe('a sidecar that was told its workload', () => {
  it('answers conditions on labels, and has the workload in the record without an anchor', () =>
    told(TOLD, async (sidecar) => {
      expect(await called(sidecar, 'publish')).toBe(false);
      expect(await called(sidecar, 'pay')).toBe(true);
      const exchange = (
        JSON.parse(audit(sidecar, 'show', '--json').split('\n')[0] ?? '') as { exchange: string }
      ).exchange;
      const why = audit(sidecar, 'why', exchange);
      expect(why).toContain('\n  of Deployment agent, as admitted\n');
      expect(why).toContain(
        '\n  labels app.kubernetes.io/name=agent, internal=, pod-template-hash=7d, as admitted\n',
      );
      expect(why).toContain('\n  container model: image vllm/vllm-openai:v0.11.0\n');
      for (const workload of ['Deployment/agent', 'app.kubernetes.io/name=agent', 'support/*'])
        expect(audit(sidecar, 'show', '--workload', workload, '--json')).toContain(exchange);
      expect(audit(sidecar, 'show', '--workload', 'Deployment/other')).toMatch(/^3 /);
    }));

  it('allows nothing on a condition on what it was not told, whichever way it asks', () =>
    told({}, async (sidecar) => {
      expect(await called(sidecar, 'pay')).toBe(false);
      expect(await called(sidecar, 'publish')).toBe(false);
    }));
});
