import type { LabAnswer, LabExamples } from './api-policies.ts';
import { guardedPod, recentOf, SYSTEM, TestConsole } from './testing/console.ts';

/** `/exchanges` of a sidecar, without the exchanges. */
const NOTHING = { v: 1, nowMs: 3_000, log: 'l', isCut: false };

let console: TestConsole;

beforeEach(async () => {
  console = new TestConsole();
  console.pods = [guardedPod('shop', 'a'), guardedPod('shop', 'b')];
  console.exchanges = ({ finding }) => Promise.resolve(recentOf(`id-${finding.name}`));
  await console.start();
});
afterEach(() => console.stop());

describe('the lab', () => {
  const row = (dialect: string, path: string, more: object = {}): unknown =>
    (recentOf(dialect, { dialect, path, ...more }) as { readonly exchanges: readonly unknown[] })
      .exchanges[0];
  const lab = async (more: object, token = 'ann'): Promise<unknown> => {
    const body = { policy: 'version: 1', namespace: null, traffic: null, shapesOf: null, ...more };
    return (await console.post('/api/lab', body, { authorization: `Bearer ${token}` })).body;
  };

  it.each<[string, object, object]>([
    ['a member that it does not know', { x: 1 }, { error: 'bad_request' }],
    ['a namespace that the user may not see', { namespace: 'hidden' }, { error: 'not_allowed' }],
    [
      'a policy that is too large',
      { policy: 'ä'.repeat(131_073) },
      { error: 'bad_request', message: 'policy: expected at most 262144 bytes' },
    ],
    [
      'traffic that is too large',
      { traffic: 'x'.repeat(1_048_577) },
      { error: 'bad_request', message: 'traffic: expected at most 1048576 bytes' },
    ],
    [
      'traffic with too many lines',
      { traffic: '{}\n'.repeat(501) },
      { trafficProblem: { line: 501, column: 1, message: '501 exchanges; expected at most 500' } },
    ],
    [
      'traffic that is nested too deeply',
      {
        traffic: `{"path":"/v1/chat/completions","request":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_001)}`,
      },
      { trafficProblem: { line: 1, message: 'nested too deeply; expected at most 100 levels' } },
    ],
    [
      'a policy with a mistake',
      { policy: 'version: 1\negress:\n  pi: {}\n' },
      { problems: [{ line: 3, column: 3, path: 'egress.pi' }], text: null },
    ],
    [
      'traffic that is none',
      { traffic: '{"x": 1}' },
      {
        problems: [],
        replayed: [],
        trafficProblem: { line: 1, column: 2, path: 'x', message: 'unknown key' },
      },
    ],
    [
      'traffic that is no JSON',
      { traffic: '{"path": "/v1/messages"}\n{\n  "path": "/x",\n  request: {}\n}' },
      {
        replayed: [],
        trafficProblem: {
          line: 4,
          column: 3,
          path: '',
          message: 'not JSON: expected a key in quotation marks',
        },
      },
    ],
    [
      'traffic of an unknown protocol',
      { traffic: '\n{\n  "request": {},\n  "dialect": "telnet"\n}' },
      {
        replayed: [],
        trafficProblem: {
          ...{ line: 4, column: 14, path: 'dialect' },
          message: expect.stringContaining('anthropic-messages') as string,
        },
      },
    ],
  ])('refuses %s', async (_, body, answer) => {
    expect(await lab(body)).toMatchObject(answer);
  });

  it('replays a pasted exchange, and the shapes of the last ones', async () => {
    const exchange = {
      dialect: 'openai-chat',
      request: { model: 'm', messages: [{ role: 'user', content: 'Hi' }] },
    };
    const answer = await lab({
      policy: 'version: 1\naction: { tools: [{ name: search }] }\n',
      traffic: JSON.stringify(exchange, null, 2),
      shapesOf: { namespace: 'shop', kind: 'Deployment', name: 'bot' },
    });
    expect(answer).toMatchObject({
      problems: [],
      replayed: [{ dialect: 'openai-chat', request: 'allow', reply: null, code: null, detail: null }],
      shapes: [
        { model: 'm', tools: ['mail'], exchanges: 2, blocked: 0, verdict: 'block', code: 'tool_not_allowed' },
      ],
      shapesNote: expect.stringContaining('prompt') as string,
    });
  });

  it('says where the shapes are not all of the last exchanges', async () => {
    const shapesOf = { namespace: 'shop', kind: 'Deployment', name: 'bot' };
    expect(await lab({ shapesOf: { ...shapesOf, name: 'other' } })).toMatchObject({
      ...{ error: 'bad_request', message: 'shapesOf: there is no Deployment other that has pods' },
    });
    console.exchanges = ({ finding: { name } }) =>
      name === 'a' ? Promise.reject(new Error('timed out')) : Promise.resolve({ ...NOTHING, exchanges: [] });
    expect(((await lab({ shapesOf })) as LabAnswer).shapesNote).toMatch(
      /There is no exchange in the memory of the sidecars\. Sidecars that did not answer, .*: 1 of 2\.$/,
    );
  });

  it('has the fingerprints of the policy that is edited, where the user may see it', async () => {
    const policy = 'version: 1\negress: { documents: { fingerprints: [list] } }\n';
    console.catalogue.set({
      metadata: { name: 'own', namespace: SYSTEM, labels: { 'llm-boundary.io/policy': 'true' } },
      data: {
        'policy.yaml': policy,
        'list.fingerprints': 'llm-boundary-fingerprint 1 words=8 window=4\n02a63277f6ba2576\n',
      },
    });
    const copy = { policy, namespace: 'shop', copyOf: 'own' };
    expect(await lab(copy)).toMatchObject({ problems: [{ path: 'egress.documents.fingerprints' }] });
    expect(await lab(copy, 'root')).toMatchObject({ problems: [] });
    console.pods.push(guardedPod('shop', 'c', 'own'));
    console.nowMs += 1_001;
    expect(await lab(copy)).toMatchObject({ problems: [] });
    expect(await lab({ ...copy, copyOf: null })).toMatchObject({ problems: [{}] });
  });

  it('leaves out exchanges that have no route, and counts them', async () => {
    console.pods = [guardedPod('shop', 'a')];
    const exchanges = [
      row('opaque', '', { method: '', model: null, tools: [] }),
      row('opaque', '', { method: 'CONNECT', host: 'h:443', model: null, tools: [] }),
      row('opaque', '*', { method: 'OPTIONS', model: null, tools: [] }),
      row('opaque', '/x', { method: 'GET', direction: 'outbound', host: 'a b', model: null, tools: [] }),
      row('openai-chat', '/v1/chat/completions'),
    ];
    console.exchanges = () => Promise.resolve({ v: 1, nowMs: 3_000, log: 'l', isCut: false, exchanges });
    const answer = (await lab({
      shapesOf: { namespace: 'shop', kind: 'Deployment', name: 'bot' },
    })) as LabAnswer;
    expect(answer.shapes.map(({ path, exchanges: count }) => [path, count])).toEqual([
      ['/v1/chat/completions', 1],
    ]);
    expect(answer.shapesNote).toContain('which are not judged: 4.');
    expect(answer.shapesNote).not.toContain('too little');
  });

  it('judges shapes of each protocol, and counts those that say too little', async () => {
    console.pods = [guardedPod('shop', 'a')];
    const exchanges = [
      row('anthropic-messages', '/v1/messages'),
      row('openai-responses', '/v1/responses'),
      row('ollama-chat', '/api/chat'),
      row('gemini', '/v1beta/models/m:generateContent'),
      row('opaque', '/metrics', { method: 'GET', model: null, tools: [] }),
      row('openai-transcriptions', '/v1/audio/transcriptions', { tools: [] }),
      row('generate', '/inference/v1/generate', { tools: [] }),
      row('newer', '/x'),
    ];
    console.exchanges = () => Promise.resolve({ v: 1, nowMs: 3_000, log: 'l', isCut: false, exchanges });
    const answer = (await lab({
      policy: 'version: 1\naction: { tools: [{ name: search }], offers: refuse }\n',
      shapesOf: { namespace: 'shop', kind: 'Deployment', name: 'bot' },
    })) as LabAnswer;
    const judged = answer.shapes.map(({ dialect, verdict, code }) => [dialect, verdict, code]);
    for (const dialect of ['anthropic-messages', 'openai-responses', 'ollama-chat', 'gemini'])
      expect(judged).toContainEqual([dialect, 'block', 'tool_not_allowed']);
    expect(judged).not.toContainEqual(['newer', expect.anything(), expect.anything()]);
    expect(answer.shapesNote).toMatch(/say.* too little to judge them: \d/);
  });

  it('has an example of each protocol with JSON, which it can replay', async () => {
    const { body } = await console.get('/api/lab/examples', 'ann');
    const { examples } = body as LabExamples;
    expect(examples.map(({ dialect }) => dialect)).toEqual(
      expect.arrayContaining(['openai-responses', 'anthropic-messages', 'gemini', 'ollama-chat', 'mcp']),
    );
    const policy = `version: 1
endpoints: { pass: ['/rerank'] }
action: { tools: [{ name: '*' }], hosts: [mcp.example.com], mcp: [{ server: mcp.example.com, tools: [{ name: '*' }] }] }
`;
    const answer = (await lab({
      policy,
      traffic: examples.map(({ traffic }) => traffic).join('\n'),
    })) as LabAnswer;
    expect(answer).toMatchObject({ problems: [], trafficProblem: null });
    expect(answer.replayed.map(({ dialect, code, detail }) => [dialect, code, detail])).toEqual(
      examples.map(({ dialect }) => [dialect, null, null]),
    );
  });

  it('says why the body of a pasted exchange cannot be read', async () => {
    const traffic = JSON.stringify({ dialect: 'anthropic-messages', request: { model: 'm', messages: 7 } });
    expect(await lab({ traffic })).toMatchObject({
      replayed: [
        {
          request: 'block',
          code: 'request_malformed',
          detail: expect.stringContaining('messages') as string,
        },
      ],
    });
  });

  it('is for those who see a namespace', async () => {
    console.users.set('eve', []).set('bob', ['empty']);
    const message = 'the lab is for those who may list the pods of a namespace';
    for (const token of ['eve', 'bob'])
      expect(await lab({}, token)).toEqual({ v: 1, error: 'bad_request', message });
    expect(await lab({ namespace: 'empty' }, 'bob')).toMatchObject({ problems: [] });
    console.pods = [];
    expect(await lab({}, 'root')).toMatchObject({ problems: [] });
  });

  it('does not count brackets of texts as nesting', async () => {
    const content = `${'['.repeat(200)}\\"${'{'.repeat(200)}`;
    const traffic = JSON.stringify({
      path: '/v1/chat/completions',
      request: { model: 'm', messages: [{ role: 'user', content }] },
    });
    expect(await lab({ traffic })).toMatchObject({ trafficProblem: null, replayed: [{}] });
  });

  it.each([
    ['too_often', 429],
    ['unavailable', 503],
  ] as const)('says why a run is refused: %s', async (error, status) => {
    console.lab = { run: () => Promise.resolve({ kind: 'refused', error, message: 'why' }) };
    const body = { policy: 'version: 1', namespace: 'shop', traffic: null, shapesOf: null };
    const answer = await console.post('/api/lab', body, { authorization: 'Bearer ann' });
    expect(answer).toMatchObject({ status, body: { error, message: 'why' } });
  });
});
