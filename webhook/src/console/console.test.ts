import type { Policies } from './api-policies.ts';
import type { Decisions } from './api-decisions.ts';
import { guardedPod, recentOf, TestConsole } from './testing/console.ts';
import { reportOf } from '../posture/testing/report.ts';

let console: TestConsole;

beforeEach(async () => {
  console = new TestConsole();
  console.pods = [guardedPod('shop', 'a'), guardedPod('shop', 'b'), guardedPod('hidden', 'c')];
  console.exchanges = ({ finding }, query) =>
    Promise.resolve(recentOf(`id-${finding.name}`, query === '?id=id-a' ? { status: 201 } : {}));
  await console.start();
});
afterEach(() => console.stop());

const PATHS = [
  ...['/api/session', '/api/fleet', '/api/audit', '/api/policies', '/api/policies/default?namespace=shop'],
  ...[
    '/api/workloads/shop/Deployment/bot',
    '/api/workloads/shop/Deployment/bot/decisions',
    '/api/workloads/shop/Deployment/bot/history',
    '/api/decisions/id-a',
  ],
];

async function session(token: string): Promise<string> {
  const { headers, status } = await console.post('/login', { token });
  expect(status).toBe(204);
  const cookie = headers['set-cookie']?.[0] ?? '';
  expect(cookie).toMatch(
    /^llm-boundary-console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=28800$/,
  );
  return cookie.split(';')[0] ?? '';
}

describe('who may see what', () => {
  it.each(PATHS)('%s is for users of the cluster alone', async (path) => {
    for (const token of [null, 'eve', ''])
      expect(await console.get(path, token)).toMatchObject({ status: 401, body: { error: 'no_session' } });
    expect((await console.get(path, null, { cookie: 'llm-boundary-console=x' })).status).toBe(401);
    expect((await console.get(path, 'ann')).status).toBe(200);
  });

  it.each([
    '/api/workloads/hidden/Deployment/bot',
    '/api/workloads/hidden/Deployment/other',
    '/api/workloads/nowhere/Deployment/bot',
    '/api/workloads/hidden/Deployment/bot/decisions',
    '/api/workloads/hidden/Deployment/bot/history',
    '/api/policies/default?namespace=hidden',
    '/api/policies/none?namespace=nowhere',
    '/api/decisions/id-c?namespace=hidden&pod=c',
  ])('%s is refused with the right that is missing, whether it exists or not', async (path) => {
    const namespace = /hidden|nowhere/.exec(path)?.[0] ?? '';
    const { status, body } = await console.get(path, 'ann');
    expect([status, body]).toEqual([
      403,
      {
        ...{ v: 1, error: 'not_allowed' },
        message: `ann may not list pods in the namespace ${namespace}, which the console shows to those who may: kubectl auth can-i list pods -n ${namespace}`,
      },
    ]);
  });

  it.each(['/api/decisions/id-c', '/api/decisions/x', '/api/workloads/shop/Deployment/other', '/api/other'])(
    '%s is not there for one who may not see it',
    async (path) => {
      expect(await console.get(path, 'ann')).toMatchObject({ status: 404, body: { error: 'not_found' } });
    },
  );

  it('shows rows of namespaces that the user may see', async () => {
    const rows = async (token: string): Promise<unknown> => (await console.get('/api/fleet', token)).body;
    expect(await rows('ann')).toMatchObject({
      workloads: [{ namespace: 'shop', pods: { all: 2, guarded: 2 } }],
    });
    expect(await rows('root')).toMatchObject({ workloads: [{ namespace: 'hidden' }, { namespace: 'shop' }] });
  });

  it('asks the API server once for a while, and again after it', async () => {
    await console.get('/api/fleet', 'ann');
    await console.get('/api/fleet', 'ann');
    expect(console.reviewed.sort()).toEqual(['ann *', 'ann hidden', 'ann shop', 'user ann']);
    console.users.set('ann', ['hidden']);
    console.nowMs += 11_000;
    expect((await console.get('/api/workloads/shop/Deployment/bot', 'ann')).status).toBe(403);
    expect((await console.get('/api/fleet', 'ann')).body).toMatchObject({ workloads: [] });
    console.nowMs += 50_000;
    expect((await console.get('/api/fleet', 'ann')).body).toMatchObject({
      workloads: [{ namespace: 'hidden' }],
    });
    console.users.delete('ann');
    console.nowMs += 31_000;
    expect((await console.get('/api/fleet', 'ann')).status).toBe(401);
  });

  it('asks once a minute for namespaces that a user may not see, of a fleet of fifty', async () => {
    console.pods = Array.from({ length: 50 }, (_, at) => guardedPod(`n${at}`, `p${at}`));
    console.users.set('ann', ['n7']);
    const asked = async (ms: number): Promise<number> => {
      console.nowMs += ms;
      const before = console.reviewed.length;
      const { body } = await console.get('/api/fleet', 'ann');
      expect(body).toMatchObject({ workloads: [{ namespace: 'n7' }] });
      return console.reviewed.slice(before).filter((question) => question.startsWith('ann ')).length;
    };
    expect([await asked(0), await asked(9_000), await asked(2_000), await asked(50_000)]).toEqual([
      51, 0, 1, 51,
    ]);
  });

  it('is asked anew for a namespace that is named, so that the time of a refusal does not tell what a list has', async () => {
    await console.get('/api/fleet', 'ann');
    const asked = async (namespace: string): Promise<readonly string[]> => {
      const before = console.reviewed.length;
      for (let times = 0; times < 2; times += 1)
        expect((await console.get(`/api/workloads/${namespace}/Pod/x`, 'ann')).status).toBe(403);
      return console.reviewed.slice(before);
    };
    expect([await asked('hidden'), await asked('nowhere')]).toEqual([['ann hidden'], ['ann nowhere']]);
  });

  it('shows nothing while the API server does not answer', async () => {
    console.isDown = true;
    for (const path of PATHS)
      expect(await console.get(path, 'root')).toMatchObject({ status: 503, body: { error: 'unavailable' } });
    expect((await console.post('/login', { token: 'root' })).status).toBe(503);
  });
});

describe('a console that may not ask what a user may see', () => {
  const FORBIDDEN = Object.assign(
    new Error(
      '403: User "system:serviceaccount:llm-boundary:llm-boundary-console" cannot create resource "x"',
    ),
    { status: 403 },
  );

  it.each([...PATHS, '/api/lab'].filter((path) => path !== '/api/session'))(
    '%s says which right it lacks and how to give it',
    async (path) => {
      console.accessFault = FORBIDDEN;
      const lab = { policy: 'version: 1', namespace: 'shop', traffic: null, shapesOf: null };
      const { status, body } = await (path === '/api/lab'
        ? console.post(path, lab, { authorization: 'Bearer ann' })
        : console.get(path, 'ann'));
      expect([status, body]).toEqual([
        503,
        {
          ...{ v: 1, error: 'unavailable' },
          message: expect.stringMatching(
            /may not create subjectaccessreviews\.authorization\.k8s\.io.*--serviceaccount=llm-boundary:llm-boundary-console$/,
          ) as unknown,
        },
      ]);
    },
  );

  it('answers again as soon as the right is there', async () => {
    console.accessFault = FORBIDDEN;
    expect((await console.get('/api/fleet', 'ann')).status).toBe(503);
    console.accessFault = null;
    expect((await console.get('/api/fleet', 'ann')).status).toBe(200);
  });
});

describe('a session', () => {
  it.each<[string, unknown, Record<string, string>, number]>([
    ['a token that is not valid', { token: 'eve' }, {}, 401],
    ['no token', {}, {}, 400],
    ['a token that is no text', { token: ['root'] }, {}, 400],
    ['a form', { token: 'root' }, { 'content-type': 'application/x-www-form-urlencoded' }, 400],
    ['a page of another origin', { token: 'root' }, { 'x-llm-boundary-console': '' }, 400],
    ['a body that is too large', { token: 'x'.repeat(3_000_000) }, {}, 413],
  ])('does not begin with %s', async (_, body, headers, status) => {
    const answer = await console.post('/login', body, headers);
    expect([answer.status, answer.headers['set-cookie']]).toEqual([status, undefined]);
  });

  it('ends with its token, with its time, and with a logout', async () => {
    const [first, second, third] = [await session('ann'), await session('root'), await session('root')];
    expect((await console.get('/api/session', null, { cookie: `a=b; ${first}` })).body).toEqual({
      ...{ v: 1, user: 'ann', version: '0.2.0', source: 'cluster' },
    });
    await console.post('/logout', {}, { cookie: third });
    expect((await console.get('/api/session', null, { cookie: third })).status).toBe(401);
    console.users.delete('ann');
    console.nowMs += 31_000;
    expect((await console.get('/api/session', null, { cookie: first })).status).toBe(401);
    expect((await console.get('/api/session', null, { cookie: second })).status).toBe(200);
    console.nowMs += 8 * 3_600_000;
    expect((await console.get('/api/session', null, { cookie: second })).status).toBe(401);
  });

  it('cannot be used by a page of another origin', async () => {
    const cookie = await session('root');
    const lab = { policy: 'version: 1', namespace: null, traffic: null, shapesOf: null };
    expect((await console.post('/api/lab', lab, { cookie })).status).toBe(200);
    expect((await console.post('/api/lab', lab, { cookie, 'x-llm-boundary-console': '0' })).status).toBe(400);
  });
});

describe('the page', () => {
  it('runs its own scripts and nothing else, and is never kept', async () => {
    const { status, headers, body } = await console.get('/', null);
    expect([status, body]).toEqual([200, '<!doctype html>']);
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /);
    expect(headers['content-security-policy']).toMatch(/; require-trusted-types-for 'script'$/);
    expect(headers['content-security-policy']).not.toMatch(/unsafe|https?:|\*/);
    expect(headers['cache-control']).toBe('no-store');
    for (const path of ['/../../package.json', '/index.html/', '/%2e%2e/x', '/constructor'])
      expect((await console.get(path, null)).status).toBe(404);
    expect((await console.post('/index.html', {})).status).toBe(404);
    expect((await console.get('/healthz', null)).body).toBe('ok\n');
  });
});

describe('what is sent', () => {
  beforeEach(async () => {
    await console.stop();
    console = new TestConsole();
    console.files.set('index.html', '<script src="main.js"></script>').set('main.js', 'x'.repeat(5_000));
    await console.start();
  });

  it('is compressed where the client accepts it, and small answers are not', async () => {
    console.pods = Array.from({ length: 50 }, (_, at) => guardedPod('shop', `p${at}`));
    const headers = (coding: string, path: string): Promise<unknown> =>
      console.get(path, 'ann', { 'accept-encoding': coding }).then((answer) => answer.headers);
    const policies = '/api/workloads/shop/Deployment/bot';
    for (const [coding, got] of [
      ['gzip, br', 'br'],
      ['gzip', 'gzip'],
    ] as const)
      expect(await headers(coding, policies)).toMatchObject({
        ...{ 'content-encoding': got, vary: 'accept-encoding', 'cache-control': 'no-store' },
      });
    expect(await headers('identity', policies)).not.toHaveProperty('content-encoding');
    expect(await headers('br', '/api/session')).not.toHaveProperty('content-encoding');
  });

  it('is kept by browsers where its address names its content, and only there', async () => {
    const { body } = await console.get('/', null);
    const address = /src="(main\.js\?v=[0-9a-f]{16})"/.exec(String(body))?.[1] ?? '';
    const kept = await console.get(`/${address}`, null);
    expect([kept.status, kept.body, kept.headers['cache-control']]).toEqual([
      ...[200, 'x'.repeat(5_000), 'public, max-age=31536000, immutable'],
    ]);
    for (const path of ['/main.js', '/main.js?v=0', '/index.html'])
      expect((await console.get(path, null)).headers['cache-control']).toBe('no-store');
  });
});

describe('what is shown', () => {
  it('a workload with what its sidecars have, and those that do not answer', async () => {
    console.exchanges = ({ finding }) =>
      finding.name === 'a' ? Promise.resolve(recentOf('id-a')) : Promise.reject(new Error('timed out'));
    const { body } = await console.get('/api/workloads/shop/Deployment/bot', 'ann');
    expect(body).toMatchObject({
      row: {
        boundary: 'yes',
        mode: 'enforce',
        versions: ['0.2.0'],
        policy: { name: 'default', asked: null, problem: null },
      },
      pods: [
        { name: 'a', problem: null },
        { name: 'b', problem: 'timed out' },
      ],
      conditions: null,
      window: { fromMs: 1_990, exchanges: 1, isCut: false, notAsked: 0 },
      outcomes: [{ allowed: 1, observed: 1, boundaryMs: 2, restMs: 18 }],
      tools: [{ name: 'mail', exchanges: 1, anonymous: 1, tainted: 1 }],
      hosts: [],
      models: [{ name: 'm' }],
      observed: [
        {
          ...{ control: 'egress', rule: 'pii.email', meaning: 'E-mail address.', action: 'redact' },
          ...{ exchanges: 1, lastMs: 1_990 },
        },
      ],
    });
  });

  it.each<[string, unknown]>([
    ['no report', 'x'],
    ['one of another version', { v: 2 }],
    ['a name that is too long', recentOf('id-a', { path: 'x'.repeat(600) })],
    ['no decision', recentOf('id-a', { steps: [] })],
  ])('a sidecar that answers with %s has a problem', async (_, answer) => {
    console.exchanges = () => Promise.resolve(answer);
    const { body } = await console.get('/api/workloads/shop/Deployment/bot/decisions', 'ann');
    const problem = 'the answer of its sidecar cannot be read';
    expect(body).toMatchObject({
      exchanges: [],
      problems: [
        { pod: 'a', problem },
        { pod: 'b', problem },
      ],
    });
  });

  it.each<[string, readonly string[]]>([
    ['', ['new', 'refused', 'seen', 'old']],
    ['?limit=2', ['new', 'refused']],
    ['?limit=0', ['new']],
    ['?limit=x&show=x&from=x&to=-1', ['new', 'refused', 'seen', 'old']],
    ['?show=changed', ['refused']],
    ['?show=observed', ['seen']],
    ['?from=2000&to=3000', ['refused', 'seen']],
    ['?from=3001', ['new']],
    ['?to=1999', ['old']],
    ['?to=1999&to=9999', ['new', 'refused', 'seen', 'old']],
  ])('the decisions that %j asks for, newest first', async (query, ids) => {
    console.pods = [guardedPod('shop', 'a')];
    const step = { kind: 'ingress', code: null, status: null, hits: [], moreHits: 0, seq: 1 };
    const rowOf = (id: string, startMs: number, verdict: string | null): unknown => {
      const steps = verdict === null ? {} : { steps: [{ ...step, timeMs: startMs, verdict }] };
      const { exchanges } = recentOf(id, { startMs, ...steps }) as { exchanges: readonly unknown[] };
      return exchanges[0];
    };
    const exchanges = [
      rowOf('old', 1_000, 'allow'),
      rowOf('seen', 2_000, null),
      rowOf('refused', 3_000, 'block'),
      rowOf('new', 4_000, 'pass'),
    ];
    console.exchanges = () => Promise.resolve({ v: 1, nowMs: 3_000, log: 'l', isCut: false, exchanges });
    const { body } = await console.get(`/api/workloads/shop/Deployment/bot/decisions${query}`, 'ann');
    const { exchanges: got, matching } = body as Decisions;
    expect(got.map(({ id }) => id)).toEqual(ids);
    expect(matching).toBeGreaterThanOrEqual(ids.length);
  });

  it('a decision with its place in the record, found without its pod', async () => {
    expect((await console.get('/api/decisions/id-a', 'ann')).body).toMatchObject({
      ...{ namespace: 'shop', kind: 'Deployment', name: 'bot', tokens: { input: 1, output: 2 } },
      exchange: { pod: 'a', status: 201, verdict: 'allow', observed: true, rules: ['egress.pii.email'] },
      steps: [
        { kind: 'egress', record: { log: 'c/ns/p/chain/0', seq: 9 }, hits: [{ meaning: 'E-mail address.' }] },
      ],
    });
  });

  it('whether the policy of a decision is still the one that holds, and what its pod asked for', async () => {
    const decided = async (policy: object | null): Promise<unknown> => {
      console.exchanges = () => Promise.resolve(recentOf('id-a', { policy }));
      return (await console.get('/api/decisions/id-a?namespace=shop&pod=a', 'ann')).body;
    };
    const pod = guardedPod('shop', 'a') as { readonly spec: object };
    const configMap = { name: 'llm-boundary-enforce-default' };
    console.pods = [{ ...pod, spec: { ...pod.spec, volumes: [{ name: 'llm-boundary-policy', configMap }] } }];
    const [row] = ((await console.get('/api/policies', 'ann')).body as Policies).policies;
    const policy = { name: 'default', generation: 1, sha256: row?.sha256 };
    expect(await decided(policy)).toMatchObject({ asked: 'enforce', isPolicyNow: true });
    expect(await decided({ ...policy, sha256: 'other' })).toMatchObject({ isPolicyNow: false });
    expect(await decided(null)).toMatchObject({ isPolicyNow: null });
  });

  it('a workload of more pods than are asked for exchanges, with how many those are', async () => {
    console.pods = Array.from({ length: 60 }, (_, at) => guardedPod('shop', `p${at}`));
    console.conditions = () => Promise.resolve(reportOf(200));
    const api = '/api/workloads/shop/Deployment/bot';
    await console.get(api, 'ann');
    expect((await console.get(api, 'ann')).body).toMatchObject({
      row: { conditions: { verdict: 'suffices' } },
      exchanges: 60 * 200,
      window: { notAsked: 10 },
    });
    expect((await console.get(`${api}/decisions`, 'ann')).body).toMatchObject({ window: { notAsked: 10 } });
  });

  it('the last day, where a Prometheus server is named', async () => {
    const history = async (): Promise<unknown> =>
      (await console.get('/api/workloads/shop/Deployment/bot/history', 'ann')).body;
    expect(await history()).toEqual({ v: 1, prometheus: 'absent', problem: null, points: [] });
    await console.stop();
    console = new TestConsole();
    console.pods = [guardedPod('shop', 'a')];
    const points = [{ startMs: 1, widthMs: 2, completed: 3, refused: 4, failed: 5 }];
    const asked: unknown[] = [];
    console.prometheus = {
      history: (workload) => {
        asked.push(workload);
        return Promise.resolve({ v: 1, prometheus: 'answered', problem: null, points });
      },
    };
    await console.start();
    expect(await history()).toMatchObject({ prometheus: 'answered', points });
    expect(asked).toEqual([{ namespace: 'shop', kind: 'Deployment', name: 'bot', pods: ['a'] }]);
    for (const namespace of ['hidden', 'shop%22%7D%20or%20up%7Bx%3D%22']) {
      const { status } = await console.get(`/api/workloads/${namespace}/Deployment/bot/history`, 'ann');
      expect(status).toBe(403);
    }
    const unknown = await console.get('/api/workloads/shop/Deployment/.%2B/history', 'ann');
    expect(unknown.status).toBe(404);
    expect(asked).toHaveLength(1);
  });

  it('what the anchor misses', async () => {
    const pod = { reason: 'no_head', log: null, size: null, sinceMs: 1, uid: 'u' };
    const pods = [
      { ...pod, namespace: 'shop', name: 'a' },
      { ...pod, namespace: 'hidden', name: 'c' },
    ];
    console.silent = () => Promise.resolve({ v: 1, pods });
    expect((await console.get('/api/audit', 'ann')).body).toMatchObject({
      ...{ anchor: 'answered', anchored: 1, silent: [{ namespace: 'shop', pod: 'a' }], missing: [] },
    });
  });
});

it('shows a thousand workloads while their sidecars are still being asked', async () => {
  console.pods = Array.from({ length: 1_000 }, (_, index) => guardedPod(`n${index}`, `p${index}`));
  const { body } = await console.get('/api/fleet', 'root');
  expect((body as { readonly workloads: readonly unknown[] }).workloads).toHaveLength(1_000);
  expect(body).toMatchObject({ pending: expect.any(Number) as number });
});
