import { KubeConfig } from '@kubernetes/client-node';
import { pino } from 'pino';

import { DEFAULT_CONFIG, publishedName } from '../inject/index.ts';
import type { PolicyConfigMap, Wanted } from '../policies/index.ts';
import { WebhookMetrics } from '../telemetry/metrics.ts';
import { ClusterState } from './cluster.ts';
import { LeaderTasks } from './leader-tasks.ts';
import { readServiceAccountIssuer } from './service-account-issuer.ts';
import { LeaseHolder } from './lease.ts';
import { KubeError, Rest, type RestRequest } from './rest.ts';

const SYSTEM = 'llm-boundary';
const ENFORCE = 'version: 1\nmode: enforce\n';
const DISCOVERY = '/.well-known/openid-configuration';
const KEYS = '/openid/v1/jwks';
const SHADOW = { 'llm-boundary.io/shadow': 'next' };

/** Takes every write and has no objects. */
class WrittenRest extends Rest {
  readonly written: RestRequest[] = [];

  constructor() {
    const config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: 'c', server: 'https://localhost', skipTLSVerify: false },
      { name: 'u' },
    );
    super(config);
  }

  /** Answers of the API server by path. */
  readonly found = new Map<string, unknown>([
    [DISCOVERY, { issuer: 'https://k', jwks_uri: 'https://elsewhere/keys' }],
    [KEYS, { keys: [{ kid: 'b' }, { kid: 'a' }] }],
  ]);

  override send(request: RestRequest): Promise<unknown> {
    const found = this.found.get(request.path);
    // As the API server does.
    if (request.path === KEYS && request.accept !== 'application/jwk-set+json')
      return Promise.reject(new KubeError(406, 'Not Acceptable'));
    if (request.method === 'GET' && found !== undefined) return Promise.resolve(found);
    if (request.method === 'GET') return Promise.reject(new KubeError(404, 'not found'));
    this.written.push(request);
    return Promise.resolve({});
  }

  events(): readonly { readonly place: string; readonly reason: string; readonly message: string }[] {
    return this.written.flatMap(({ path, body }) => {
      if (!path.endsWith('/events')) return [];
      const { involvedObject, reason, message } = body as {
        readonly involvedObject: { readonly kind: string; readonly namespace: string; readonly name: string };
        readonly reason: string;
        readonly message: string;
      };
      const { kind, namespace, name } = involvedObject;
      return [{ place: `${kind} ${namespace}/${name}`, reason, message }];
    });
  }
}

/** All lists are there, and the pods mount what is `wanted`. */
class ListedState extends ClusterState {
  readonly wanted: Wanted[] = [];

  override complete(): boolean {
    return true;
  }

  override mounted(): readonly Wanted[] {
    return this.wanted;
  }
}

function map(
  namespace: string,
  name: string,
  annotations: Record<string, string> = {},
  data: Record<string, string> = {},
): PolicyConfigMap {
  return {
    metadata: { name, namespace, labels: { 'llm-boundary.io/policy': 'true' }, annotations },
    data: { 'policy.yaml': ENFORCE, ...data },
  };
}

/** The tasks over these policies; `pass` runs them once, long after the pass before. */
class Leader {
  readonly rest = new WrittenRest();
  readonly state = new ListedState(
    this.rest,
    SYSTEM,
    () => undefined,
    () => undefined,
  );
  readonly metrics = new WebhookMetrics();
  readonly lines: Record<string, unknown>[] = [];
  readonly #tasks: LeaderTasks;
  #nowMs = 1_000_000;

  constructor(...maps: readonly PolicyConfigMap[]) {
    maps.forEach((each) => this.state.catalogue.set(each));
    this.#tasks = new LeaderTasks({
      rest: this.rest,
      state: this.state,
      lease: new LeaseHolder(this.rest, { namespace: SYSTEM, name: 'lease', identity: 'a' }),
      systemNamespace: SYSTEM,
      config: DEFAULT_CONFIG,
      metrics: this.metrics,
      log: pino(
        {},
        { write: (line: string) => this.lines.push(JSON.parse(line) as Record<string, unknown>) },
      ),
      now: () => this.#nowMs,
    });
  }

  async pass(): Promise<void> {
    this.#nowMs += 60_000;
    this.#tasks.start();
    await this.#tasks.stop();
  }

  async gauge(state: string): Promise<number | undefined> {
    const { values } = await this.metrics.policies.get();
    return values.find(({ labels }) => labels.state === state)?.value;
  }
}

describe('a shadow that is not published', () => {
  it.each<[string, readonly PolicyConfigMap[], string]>([
    ['is missing', [], 'no policy is named "next"; there are bot, default'],
    ['is not valid', [map(SYSTEM, 'next', {}, { 'policy.yaml': 'version: 2\n' })], 'version'],
    [
      'clashes with a file of the policy',
      [
        map(SYSTEM, 'bot', SHADOW, { 'list.fingerprints': 'a' }),
        map(SYSTEM, 'next', {}, { 'list.fingerprints': 'b' }),
      ],
      'list.fingerprints differs',
    ],
  ])('because it %s is an Event on its policy, a log line and a gauge', async (_name, maps, problem) => {
    const leader = new Leader(map(SYSTEM, 'bot', SHADOW), ...maps);
    await leader.pass();
    const unusable = leader.rest.events().filter(({ reason }) => reason === 'ShadowUnusable');
    expect(unusable).toEqual([
      {
        place: `ConfigMap ${SYSTEM}/bot`,
        reason: 'ShadowUnusable',
        message: expect.stringContaining(problem) as string,
      },
    ]);
    expect(unusable[0]?.message).toMatch(/^the policy holds, and no shadow is judged beside it: /);
    expect(leader.lines).toContainEqual(
      expect.objectContaining({
        ...{ level: 40, msg: 'shadow not published', namespace: SYSTEM, name: 'bot' },
        problems: [expect.stringContaining(problem)],
      }),
    );
    expect(await leader.gauge('without_shadow')).toBe(1);
  });

  it('is told once while it lasts, and again when it returns', async () => {
    const leader = new Leader(map(SYSTEM, 'bot', SHADOW));
    const told = (): number => leader.rest.events().length;
    await leader.pass();
    await leader.pass();
    expect([told(), await leader.gauge('without_shadow')]).toEqual([1, 1]);
    expect(leader.lines.filter(({ msg }) => msg === 'shadow not published')).toHaveLength(1);
    leader.state.catalogue.set(map(SYSTEM, 'next'));
    await leader.pass();
    expect([told(), await leader.gauge('without_shadow')]).toEqual([1, 0]);
    leader.state.catalogue.delete(SYSTEM, 'next');
    await leader.pass();
    expect([told(), await leader.gauge('without_shadow')]).toEqual([2, 1]);
  });

  it('in one namespace alone is told there, once for all of its pods', async () => {
    const leader = new Leader(
      map(SYSTEM, 'bot', SHADOW),
      map(SYSTEM, 'next', {}, { 'list.fingerprints': 'b' }),
      map('chat', 'own', {}, { 'list.fingerprints': 'a' }),
    );
    const wanted = (namespace: string): Wanted => ({ namespace, name: 'bot', mode: null });
    leader.state.wanted.push(wanted('chat'), wanted('chat'), wanted('other'));
    await leader.pass();
    expect(leader.rest.events()).toEqual([
      {
        place: `ConfigMap chat/${publishedName('bot', null)}`,
        reason: 'ShadowUnusable',
        message: expect.stringContaining('a fingerprints file differs between its layers') as string,
      },
    ]);
    expect(await leader.gauge('without_shadow')).toBe(1);
    leader.state.catalogue.delete('chat', 'own');
    await leader.pass();
    expect(await leader.gauge('without_shadow')).toBe(0);
  });

  it('there is none where the shadow is published', async () => {
    const leader = new Leader(map(SYSTEM, 'bot', SHADOW), map(SYSTEM, 'next'));
    await leader.pass();
    expect(leader.rest.events()).toEqual([]);
    expect(leader.lines).toEqual([]);
    expect(await leader.gauge('without_shadow')).toBe(0);
  });
});

describe('the keys of service accounts', () => {
  const WANTED: Wanted = { namespace: 'shop', name: 'bot', mode: null };

  function published({ rest }: Leader): readonly unknown[] {
    return rest.written.flatMap(({ body }) => {
      const { kind, data } = body as { readonly kind?: string; readonly data?: Record<string, string> };
      return kind === 'ConfigMap' ? [data?.['service-accounts.json'] ?? null] : [];
    });
  }

  it.each<[string, unknown, unknown]>([
    ['has no issuer', {}, { keys: [] }],
    ['has no key set', { issuer: 'https://k' }, {}],
    ['does not serve them', undefined, undefined],
  ])('are not published where the API server %s, and the policy is', async (_, discovery, keys) => {
    const leader = new Leader(map(SYSTEM, 'bot'));
    leader.state.wanted.push(WANTED);
    leader.rest.found.clear();
    if (discovery !== undefined) leader.rest.found.set(DISCOVERY, discovery);
    if (keys !== undefined) leader.rest.found.set(KEYS, keys);
    await leader.pass();
    expect(published(leader)).toEqual([null]);
    expect(leader.lines).toContainEqual(
      expect.objectContaining({ msg: 'keys of service accounts not read; retrying' }),
    );
  });

  it('are published beside each policy, in one order, and stay while they cannot be read', async () => {
    const leader = new Leader(map(SYSTEM, 'bot'));
    leader.state.wanted.push(WANTED);
    await leader.pass();
    leader.rest.found.set(KEYS, { keys: [{ kid: 'a' }, { kid: 'b' }] });
    await leader.pass();
    leader.rest.found.clear();
    await leader.pass();
    const text = '{"issuer":"https://k","jwks":{"keys":[{"kid":"a"},{"kid":"b"}]}}\n';
    expect(new Set(published(leader))).toEqual(new Set([text]));
  });

  it('are published with the account of the console, where there is one', async () => {
    const console = 'system:serviceaccount:llm-boundary:llm-boundary-console';
    const text = await readServiceAccountIssuer(new Leader().rest, console);
    expect(text).toBe(
      `{"issuer":"https://k","jwks":{"keys":[{"kid":"a"},{"kid":"b"}]},"console":"${console}"}\n`,
    );
  });
});
