import { publishedName } from '../inject/index.ts';
import { PolicyCatalogue } from './catalogue.ts';
import type { PolicyConfigMap } from './layer.ts';
import { publishedConfigMap } from './published.ts';

function map(
  namespace: string,
  name: string,
  policy: string,
  annotations: Record<string, string> = {},
  more: Record<string, string> = {},
): PolicyConfigMap {
  return {
    metadata: { name, namespace, labels: { 'llm-boundary.io/policy': 'true' }, annotations },
    data: { 'policy.yaml': policy, ...more },
  };
}

const SYSTEM = 'llm-boundary';
const OBSERVE = 'version: 1\nmode: observe\n';
const ENFORCE = 'version: 1\nmode: enforce\n';

function catalogue(...maps: readonly PolicyConfigMap[]): PolicyCatalogue {
  const filled = new PolicyCatalogue(SYSTEM);
  maps.forEach((each) => filled.set(each));
  return filled;
}

function text(
  of: PolicyCatalogue,
  namespace: string,
  name: string,
  mode: 'observe' | 'enforce' | null = null,
): string {
  const answer = of.effective(namespace, name, mode);
  return answer.kind === 'found' ? (answer.policy.data['policy.yaml'] ?? '') : answer.kind;
}

describe("resources of a policy's sidecars", () => {
  const share = (of: PolicyCatalogue): unknown => {
    const answer = of.lookup('chat', 'bot', null);
    return answer.kind === 'found' ? answer.policy.resources : answer;
  };
  const cpu = 'llm-boundary.io/sidecar-cpu';
  const memory = 'llm-boundary.io/sidecar-memory';
  const volume = 'llm-boundary.io/audit-volume';

  it.each(['', '1/2/3', '0', '0m/1', '-1', '1e3', '2/1', '600Mi/512Mi', '1Gi/1G', '1/lots', '1 / 2'])(
    '%j is not understood, and makes the policy invalid',
    (value) => {
      const found = new PolicyCatalogue(SYSTEM).set(map(SYSTEM, 'bot', ENFORCE, { [memory]: value }));
      expect(found).toMatchObject({ ok: false, problems: [expect.stringContaining(memory)] });
    },
  );

  it.each([
    [cpu, '10m/50m', 'at least 100m'],
    [memory, '64Mi/255Mi', 'at least 256Mi'],
  ])('%s %s is less than a sidecar needs', (name, value, problem) => {
    const found = new PolicyCatalogue(SYSTEM).set(map(SYSTEM, 'bot', ENFORCE, { [name]: value }));
    expect(found).toMatchObject({ ok: false, problems: [expect.stringContaining(problem)] });
  });

  it.each(['', '32Mi', '0', '512Mi/ssd', '512Mi/disk/fast', '512Mi/claim/Fast', '1Gi/claim/a/b', 'claim'])(
    'a volume of %j is not understood, and makes the policy invalid',
    (value) => {
      const found = new PolicyCatalogue(SYSTEM).set(map(SYSTEM, 'bot', ENFORCE, { [volume]: value }));
      expect(found).toMatchObject({ ok: false, problems: [expect.stringContaining(volume)] });
    },
  );

  it.each([
    ['1Gi', { kind: 'disk', size: '1Gi', storageClass: null }],
    ['128Mi/memory', { kind: 'memory', size: '128Mi', storageClass: null }],
    ['5Gi/claim', { kind: 'claim', size: '5Gi', storageClass: null }],
    ['5Gi/claim/fast', { kind: 'claim', size: '5Gi', storageClass: 'fast' }],
  ])('a volume of %j', (value, auditVolume) => {
    expect(share(catalogue(map(SYSTEM, 'bot', ENFORCE, { [volume]: value })))).toEqual({ auditVolume });
  });

  it('stands on its ConfigMap, and on none in a namespace of workloads', () => {
    const all = catalogue(
      map(SYSTEM, 'bot', ENFORCE, { [cpu]: '250m/2', [memory]: '1.5Gi' }),
      map('chat', 'own', ENFORCE, { [cpu]: '100m/100m' }),
    );
    expect(share(all)).toEqual({
      cpu: { request: '250m', limit: '2' },
      memory: { request: '1.5Gi', limit: '1.5Gi' },
    });
    expect(share(catalogue(map(SYSTEM, 'bot', ENFORCE)))).toEqual({});
  });
});

describe('unusable values', () => {
  it('an unknown name lists the names that exist, and never the floor', () => {
    const found = catalogue(map(SYSTEM, 'bot', ENFORCE), map(SYSTEM, 'floor', ENFORCE));
    expect(found.effective('chat', 'nope', null)).toEqual({ kind: 'unknown', names: ['bot', 'default'] });
    expect(found.effective('chat', 'floor', null).kind).toBe('unknown');
  });

  it.each([
    ['its own document', [map(SYSTEM, 'bot', 'version: 2')]],
    ['the floor', [map(SYSTEM, 'bot', ENFORCE), map(SYSTEM, 'floor', 'mode: nope')]],
    ['a policy of its namespace', [map(SYSTEM, 'bot', ENFORCE), map('chat', 'x', ': : :')]],
    ['a missing document', [{ ...map(SYSTEM, 'bot', ''), data: {} }]],
    ['the capture annotation', [map(SYSTEM, 'bot', ENFORCE, { 'llm-boundary.io/capture': 'takeover' })]],
    [
      'a missing fingerprints file',
      [map(SYSTEM, 'bot', `${ENFORCE}egress: { documents: { action: block, fingerprints: [list] } }`)],
    ],
  ])('%s is broken: whatever rests on it is refused', (_name, maps) => {
    expect(catalogue(...maps).effective('chat', 'bot', null).kind).toBe('invalid');
  });

  it('a broken version never replaces a good one', () => {
    const found = catalogue(map(SYSTEM, 'bot', `${ENFORCE}models: { allow: [good] }`));
    const before = text(found, 'chat', 'bot');
    expect(found.set(map(SYSTEM, 'bot', 'version: 1\nmodel: {}'))?.ok).toBe(false);
    expect(text(found, 'chat', 'bot')).toBe(before);
    expect(found.broken()).toMatchObject([{ namespace: SYSTEM, name: 'bot', lastGoodHolds: true }]);
    expect(found.broken()[0]?.problems[0]).toContain('model');
  });

  it('taking the label or the ConfigMap away takes the policy away', () => {
    const found = catalogue(map(SYSTEM, 'bot', ENFORCE), map(SYSTEM, 'cat', ENFORCE));
    found.set({ ...map(SYSTEM, 'bot', ENFORCE), metadata: { name: 'bot', namespace: SYSTEM } });
    found.delete(SYSTEM, 'cat');
    expect(found.names()).toEqual(['default']);
  });
});

describe('layers', () => {
  it('without any ConfigMap the embedded default holds', () => {
    const answer = catalogue().effective('chat', 'default', null);
    expect(answer).toMatchObject({
      kind: 'found',
      policy: {
        inject: { name: 'default', configMap: 'llm-boundary-policy-default', demandsRedirect: false },
      },
    });
  });

  it('a namespace tightens every policy in it, and no other namespace', () => {
    const found = catalogue(
      map(SYSTEM, 'bot', `${ENFORCE}limits: { concurrent: 64 }`),
      map('chat', 'tight', `${ENFORCE}limits: { concurrent: 2 }`),
    );
    expect(text(found, 'chat', 'bot')).toContain('concurrent: 2');
    expect(text(found, 'other', 'bot')).toContain('concurrent: 64');
  });

  it.each([
    ['no floor', [], 'enforce'],
    ['an enforcing floor', [map(SYSTEM, 'floor', ENFORCE)], 'enforce'],
    ['an observing floor', [map(SYSTEM, 'floor', OBSERVE)], 'observe'],
  ])('a workload that asks for observe gets it from %s: %s', (_name, floor, expected) => {
    const found = catalogue(map(SYSTEM, 'bot', ENFORCE), ...floor);
    expect(text(found, 'chat', 'bot', 'observe')).toContain(`mode: ${expected}`);
  });

  it('a workload may always ask for enforce', () => {
    expect(text(catalogue(map(SYSTEM, 'bot', OBSERVE)), 'chat', 'bot', 'enforce')).toMatch(/^mode: enforce/m);
  });

  it('any layer can demand redirect', () => {
    const found = catalogue(
      map(SYSTEM, 'bot', ENFORCE),
      map('chat', 'x', ENFORCE, { 'llm-boundary.io/capture': 'redirect' }),
    );
    expect(found.lookup('chat', 'bot', null)).toMatchObject({ policy: { demandsRedirect: true } });
    expect(found.lookup('other', 'bot', null)).toMatchObject({ policy: { demandsRedirect: false } });
  });
});

describe('the shadow of a policy', () => {
  const SHADOW = { 'llm-boundary.io/shadow': 'next' };
  const NEXT = `${ENFORCE}models: { allow: [small] }\n`;
  const live = map(SYSTEM, 'bot', ENFORCE, SHADOW);

  function published(
    of: PolicyCatalogue,
    mode: 'observe' | 'enforce' | null = null,
  ): Readonly<Record<string, string>> {
    const answer = of.effective('chat', 'bot', mode);
    return answer.kind === 'found' ? answer.policy.data : {};
  }

  it.each<[string, readonly PolicyConfigMap[], string]>([
    ['is missing', [], 'no policy is named "next"; there are bot, default'],
    ['was never valid', [map(SYSTEM, 'next', 'version: 2')], 'version'],
    [
      'has no name of a policy',
      [map(SYSTEM, 'bot', ENFORCE, { 'llm-boundary.io/shadow': ' ' })],
      'no policy is named " "',
    ],
    [
      'names the floor',
      [map(SYSTEM, 'floor', ENFORCE), map(SYSTEM, 'bot', ENFORCE, { 'llm-boundary.io/shadow': 'floor' })],
      'no policy is named "floor"',
    ],
    [
      'has a file of the same name with another text',
      [
        map(SYSTEM, 'bot', ENFORCE, SHADOW, { 'list.fingerprints': 'a' }),
        map(SYSTEM, 'next', ENFORCE, {}, { 'list.fingerprints': 'b' }),
      ],
      'list.fingerprints differs from the file of that name of the live policy',
    ],
  ])('that %s takes nothing from the policy, and is told', (_name, maps, problem) => {
    const found = catalogue(live, ...maps);
    expect(published(found)).toMatchObject({
      'policy.yaml': text(catalogue(...maps, map(SYSTEM, 'bot', ENFORCE)), 'chat', 'bot'),
    });
    expect(Object.keys(published(found))).not.toContain('shadow.yaml');
    expect(found.withoutShadow([])).toEqual([
      { namespace: SYSTEM, name: 'bot', problems: [expect.stringContaining(problem)] },
    ]);
    expect(found.broken().map(({ name }) => name)).not.toContain('bot');
  });

  it('is published beside it, under the same floor and namespace', () => {
    const found = catalogue(
      live,
      map(SYSTEM, 'next', NEXT),
      map(SYSTEM, 'floor', `${ENFORCE}limits: { concurrent: 7 }`),
      map('chat', 'tight', `${ENFORCE}egress: { pii: { action: block } }`),
    );
    expect(published(found)['shadow.yaml']).toBe(text(found, 'chat', 'next'));
    expect(found.withoutShadow([])).toEqual([]);
  });

  it('that clashes inside one namespace alone is told of the ConfigMaps that are published there', () => {
    const found = catalogue(
      live,
      map(SYSTEM, 'next', NEXT, {}, { 'list.fingerprints': 'b' }),
      map('chat', 'own', ENFORCE, {}, { 'list.fingerprints': 'a' }),
    );
    const wanted = [
      { namespace: 'chat', name: 'bot', mode: null },
      { namespace: 'chat', name: 'bot', mode: null },
      { namespace: 'chat', name: 'bot', mode: 'enforce' as const },
      { namespace: 'chat', name: 'next', mode: null },
      { namespace: 'other', name: 'bot', mode: null },
    ];
    expect(found.withoutShadow([])).toEqual([]);
    const problems = [expect.stringContaining('a fingerprints file differs')];
    expect(found.withoutShadow(wanted)).toEqual([
      { namespace: 'chat', name: publishedName('bot', null), problems },
      { namespace: 'chat', name: publishedName('bot', 'enforce'), problems },
    ]);
    found.delete(SYSTEM, 'next');
    expect(found.withoutShadow(wanted).map(({ namespace }) => namespace)).toEqual([SYSTEM]);
  });

  it('shows what it would enforce, also for a pod in observe mode', () => {
    const found = catalogue(live, map(SYSTEM, 'next', NEXT), map(SYSTEM, 'floor', OBSERVE));
    expect(published(found, 'observe')['policy.yaml']).toMatch(/^mode: observe/m);
    expect(published(found, 'observe')['shadow.yaml']).toMatch(/^mode: enforce/m);
    const observing = catalogue(live, map(SYSTEM, 'next', OBSERVE));
    expect(published(observing, 'enforce')['shadow.yaml']).toMatch(/^mode: enforce/m);
  });

  it('goes with the annotation, and is nothing that a namespace of workloads can name', () => {
    const found = catalogue(live, map(SYSTEM, 'next', NEXT));
    found.set(map(SYSTEM, 'bot', ENFORCE));
    expect(Object.keys(published(found))).toEqual(['policy.yaml']);
    found.set(map('chat', 'own', ENFORCE, SHADOW));
    expect(Object.keys(published(found))).toEqual(['policy.yaml']);
  });
});

it('the published ConfigMap parses back to the same policy', () => {
  const found = catalogue(map(SYSTEM, 'bot', `${ENFORCE}models: { allow: ["a*", b] }`));
  const answer = found.effective('chat', 'bot', null);
  if (answer.kind !== 'found') throw new Error(answer.kind);
  const published = publishedConfigMap('chat', answer.policy);
  const again = catalogue(map(SYSTEM, 'bot', published.data['policy.yaml'] ?? ''));
  expect(again.lookup('chat', 'bot', null)).toMatchObject({
    policy: { sha256: answer.policy.inject.sha256 },
  });
});
