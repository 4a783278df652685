import { guardedPod, recentOf, TestConsole } from './testing/console.ts';

let console: TestConsole;

beforeEach(async () => {
  console = new TestConsole();
  console.pods = [guardedPod('shop', 'a'), guardedPod('shop', 'b')];
  console.exchanges = ({ finding }) => Promise.resolve(recentOf(`id-${finding.name}`));
  await console.start();
});
afterEach(() => console.stop());

describe('the lab', () => {
  const lab = async (more: object, token = 'ann'): Promise<unknown> => {
    const body = { policy: 'version: 1', namespace: null, traffic: null, shapesOf: null, ...more };
    return (await console.post('/api/lab', body, { authorization: `Bearer ${token}` })).body;
  };

  it.each<[string, object, object]>([
    ['a member that it does not know', { x: 1 }, { error: 'bad_request' }],
    ['a namespace that the user may not see', { namespace: 'hidden' }, { error: 'bad_request' }],
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
      { trafficProblem: '501 exchanges; expected at most 500, one a line' },
    ],
    [
      'traffic that is nested too deeply',
      {
        traffic: `{"path":"/v1/chat/completions","request":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_001)}`,
      },
      { trafficProblem: 'exchange: nested too deeply; expected at most 100 levels' },
    ],
    [
      'a policy with a mistake',
      { policy: 'version: 1\negress:\n  pi: {}\n' },
      { problems: [{ line: 3, column: 3, path: 'egress.pi' }], text: null },
    ],
    [
      'traffic that is none',
      { traffic: '{"x": 1}' },
      { problems: [], replayed: [], trafficProblem: expect.stringContaining('exchange:1') as string },
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
      replayed: [{ request: 'allow', reply: null, code: null }],
      shapes: [
        { model: 'm', tools: ['mail'], exchanges: 2, blocked: 0, verdict: 'block', code: 'tool_not_allowed' },
      ],
      shapesNote: expect.stringContaining('prompt') as string,
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
