import type { Container, Pod } from '../inject/index.ts';
import { KubeError } from '../kube/rest.ts';
import { verdictCell, verdictText } from './condition-texts.ts';
import { conditionsOf, type Conditions } from './conditions.ts';
import { guessFrom } from './guess.ts';
import { conditionsPath } from './measured.ts';
import { reportOf } from './testing/report.ts';

function pod(container: Partial<Container> = {}, spec: object = {}): Pod {
  return {
    metadata: { name: 'p', namespace: 'chat' },
    spec: { containers: [{ name: 'c', ...container }], ...spec },
  };
}

async function asked(send: () => Promise<unknown>, boundary = true, given = pod()): Promise<Conditions> {
  const finding = { namespace: 'chat', name: 'p', boundary };
  const [conditions] = await conditionsOf([{ finding, pod: given }], send);
  if (conditions === undefined) throw new Error('no answer');
  return conditions;
}

function fails(status: number, message: string): () => Promise<unknown> {
  return () => Promise.reject(new KubeError(status, message));
}

describe('the conditions of a workload with a sidecar', () => {
  it.each<[string, () => Promise<unknown>, string, RegExp]>([
    [
      'not allowed',
      fails(403, 'no'),
      'unknown',
      /^not known: .* get pods\/proxy in the namespace chat \(kubectl .*\);/,
    ],
    ['an older sidecar', fails(404, 'no'), 'unknown', /no page \/conditions: recreate the pod/],
    ['no answer', fails(0, 'timed out'), 'unknown', /did not answer: timed out$/],
    ['another page', () => Promise.resolve({ v: 1 }), 'unknown', /not a report of the conditions$/],
    [
      'escape sequences in place of a reason',
      () =>
        Promise.resolve(
          JSON.parse(
            JSON.stringify(reportOf(1, { reasons: ['mcp'], blind: [] })).replace('"mcp"', '"\\u001b[2J"'),
          ),
        ),
      'unknown',
      /not a report of the conditions$/,
    ],
    [
      'too few exchanges',
      () => Promise.resolve(reportOf(60)),
      'unknown',
      /^not known yet: stateless and isolated: 40 exchanges more in which all can be judged; .*; 60 exchanges seen since 2026-11-29T00:00:00.000Z, when its sidecar started$/,
    ],
    [
      'detectors that are off',
      () => Promise.resolve(reportOf(200, { reasons: [], blind: ['detectors_off'] })),
      'unknown',
      /no sensitive context: 100 exchanges more in which all can be judged, personal data or credentials were not looked for \(ingress\.pii, .*: 200 exchanges;/,
    ],
    [
      'connections that pass it',
      () => Promise.resolve(reportOf(200, undefined, false)),
      'unknown',
      /^not known yet: no effect outside: a container can dial out past the sidecar \(capture: redirect sees that\); 200/,
    ],
    [
      'a tool',
      () => Promise.resolve(reportOf(1, { reasons: ['tool_offered', 'tool_called'], blind: [] })),
      'needed',
      /^the LLM boundary is needed because no tools does not hold \(tools are offered: 1 exchange, last 2026-11-29T00:00:00.000Z, tools are called: 1 exchange, .*; 1 exchange seen/,
    ],
    [
      'all four',
      () => Promise.resolve(reportOf(200)),
      'suffices',
      /^infrastructure controls suffice: all four/,
    ],
  ])('%s', async (_name, send, verdict, text) => {
    const conditions = await asked(send);
    expect(verdictCell(conditions)).toBe(verdict);
    expect(verdictText(conditions)).toMatch(text);
  });

  it('keeps the order of many pods, and asks each once', async () => {
    const pods = Array.from({ length: 100 }, (_, index) => ({
      finding: { namespace: 'chat', name: `p${index}`, boundary: true },
      pod: pod(),
    }));
    const paths: string[] = [];
    const all = await conditionsOf(pods, (path) => {
      paths.push(path);
      return Promise.reject(new KubeError(0, path));
    });
    expect(all.map((one) => (one.source === 'none' ? one.problem : ''))).toEqual(
      pods.map(({ finding: { name } }) => `its sidecar did not answer: ${conditionsPath('chat', name)}`),
    );
    expect(paths).toHaveLength(100);
    expect(paths[0]).toBe('/api/v1/namespaces/chat/pods/p0:15430/proxy/conditions');
  });
});

describe('the conditions of a workload without a sidecar', () => {
  it.each<[string, Pod, readonly string[], string]>([
    ['nothing', pod({ image: 'vllm/vllm-openai' }), [], 'unknown'],
    [
      'a token for the download',
      pod({ env: [{ name: 'HF_TOKEN', valueFrom: { secretKeyRef: {} } }] }),
      ['holds_credentials'],
      'unknown',
    ],
    [
      'a volume that outlives it',
      pod({}, { volumes: [{ name: 'v', persistentVolumeClaim: {} }] }),
      ['keeps_data'],
      'needed (guess)',
    ],
    ['a vector store beside it', pod({ image: 'qdrant/qdrant:v1' }), ['asks_a_store'], 'needed (guess)'],
    [
      'the address of a database',
      pod({ env: [{ name: 'DATABASE_URL' }] }),
      ['asks_a_store'],
      'needed (guess)',
    ],
    ['the key of a model', pod({ env: [{ name: 'OPENAI_API_KEY' }] }), ['asks_a_model'], 'needed (guess)'],
    ['tools', pod({ args: ['--enable-auto-tool-choice'] }), ['has_tools'], 'needed (guess)'],
    ['an MCP server', pod({ env: [{ name: 'MCP_SERVER_URL' }] }), ['has_tools'], 'needed (guess)'],
    ['another service', pod({ env: [{ name: 'SLACK_BOT_TOKEN' }] }), ['reaches_services'], 'needed (guess)'],
    [
      'an agent framework',
      pod({ image: 'langchain/langgraph-api:1' }),
      ['agent_framework'],
      'needed (guess)',
    ],
  ])('%s', async (_name, given, guesses, cell) => {
    expect(guessFrom(given)).toEqual(guesses);
    const conditions = await asked(fails(500, 'is not asked'), false, given);
    expect(verdictCell(conditions)).toBe(cell);
    expect(verdictText(conditions)).toMatch(
      cell === 'unknown' ? /^not known: it has no sidecar/ : /^a guess from its manifest/,
    );
  });
});
