import { testPolicies } from '../inject/fixtures.ts';
import { DEFAULT_CONFIG, inject, type Pod } from '../inject/index.ts';
import type { AdmissionRequest, Decision } from './admission-review.ts';
import { WebhookMetrics } from '../telemetry/metrics.ts';
import { validatePods } from './pods.ts';
import { validatePolicies } from './policies.ts';

const namespace = { metadata: { name: 'chat', labels: { 'llm-boundary.io/inject': 'true' } } };
const metrics = new WebhookMetrics();
const DIGEST = `sha256:${'5f'.repeat(32)}`;
const deps = {
  namespace: (name: string) => (name === 'chat' ? namespace : null),
  policies: testPolicies,
  config: { ...DEFAULT_CONFIG, acceptedImages: ['before/sidecar:0.0.9'] },
  metrics,
};

const bare: Pod = { spec: { containers: [{ name: 'model', image: 'm', ports: [{ containerPort: 8000 }] }] } };
function injected(): Pod {
  const result = inject({ pod: bare, namespace, policies: testPolicies, config: DEFAULT_CONFIG });
  if (result.kind !== 'injected') throw new Error(result.kind);
  return structuredClone(result.pod);
}
function changed(change: (pod: Pod) => void): Pod {
  const pod = injected();
  change(pod);
  return pod;
}
function sidecar(pod: Pod): Record<string, unknown> {
  return (pod.spec.initContainers ?? [])[1] ?? {};
}

function request(object: unknown, more: Partial<AdmissionRequest> = {}): AdmissionRequest {
  return {
    uid: 'u',
    resource: { group: '', version: 'v1', resource: 'pods' },
    namespace: 'chat',
    operation: 'CREATE',
    object,
    ...more,
  };
}
function reason({ audit, allowed }: Decision): string {
  return `${String(allowed)} ${audit['reason'] ?? audit['decision'] ?? ''}`;
}

describe('the final state of a new pod', () => {
  it.each<[string, unknown, string]>([
    ['no pod', {}, 'false pod_malformed'],
    ['no sidecar', bare, 'false final_state'],
    ['another image', changed((pod) => (sidecar(pod)['image'] = 'evil')), 'false own_image_unknown'],
    ['another command', changed((pod) => (sidecar(pod)['command'] = ['sh'])), 'false impostor_container'],
    ['other arguments', changed((pod) => (sidecar(pod)['args'] = [])), 'false final_state'],
    [
      'a variable in the sidecar',
      changed((pod) => (sidecar(pod)['env'] = [{ name: 'NODE_OPTIONS' }])),
      'false final_state',
    ],
    [
      'a hook in the sidecar',
      changed((pod) => (sidecar(pod)['lifecycle'] = { preStop: {} })),
      'false final_state',
    ],
    ['root in the sidecar', changed((pod) => (sidecar(pod)['securityContext'] = {})), 'false final_state'],
    [
      'a container before ours',
      changed((pod) => pod.spec.initContainers?.unshift({ name: 'a' })),
      'false final_state',
    ],
    [
      'a container that was not hardened',
      changed((pod) => pod.spec.containers.push({ name: 'b' })),
      'false final_state',
    ],
    ['the sidecar alone', changed((pod) => pod.spec.initContainers?.shift()), 'false final_state'],
    [
      'another policy volume',
      changed((pod) => (pod.spec.volumes = [{ name: 'llm-boundary-policy', emptyDir: {} }])),
      'false impostor_volume',
    ],
    ['the injected pod', injected(), 'true complete'],
    [
      'an image that was pinned to its digest afterwards',
      changed((pod) => pod.spec.initContainers?.forEach((each) => (each.image = `${each.image}@${DIGEST}`))),
      'true complete',
    ],
    [
      'the image of the release before',
      changed((pod) => pod.spec.initContainers?.forEach((each) => (each.image = 'before/sidecar:0.0.9'))),
      'true complete',
    ],
  ])('%s', (_name, pod, expected) => {
    expect(reason(validatePods(request(pod), deps))).toBe(expected);
  });

  it('in a namespace that is not known is refused', () => {
    expect(reason(validatePods(request(injected(), { namespace: 'x' }), deps))).toBe(
      'false namespace_unknown',
    );
  });
});

describe('an update', () => {
  const update = (before: Pod, after: Pod, subResource?: string): string =>
    reason(
      validatePods(
        request(after, { operation: 'UPDATE', oldObject: before, ...(subResource ? { subResource } : {}) }),
        deps,
      ),
    );
  const labelled = (pod: Pod): void => {
    pod.metadata = { ...pod.metadata, labels: { 'llm-boundary.io/inject': 'false' } };
  };

  it.each<[string, (pod: Pod) => void]>([
    ['the image of the sidecar', (pod) => (sidecar(pod)['image'] = 'evil')],
    ['the sidecar away', (pod) => (pod.spec.initContainers = [])],
    ['the status', (pod) => (pod.metadata = { ...pod.metadata, annotations: {} })],
    ['the label', labelled],
  ])('cannot change %s', (_name, change) => {
    expect(update(injected(), changed(change))).toBe('false frozen');
  });

  it('may change other fields, and pods without a boundary', () => {
    const image = changed(
      (pod) => (pod.spec.containers = pod.spec.containers.map((each) => ({ ...each, image: 'v2' }))),
    );
    expect(update(injected(), image)).toBe('true complete');
    expect(update(bare, { ...bare, metadata: { labels: { a: 'b' } } })).toBe('true complete');
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['as the sidecar', { securityContext: { runAsUser: 15400 } }, 'false uid_taken'],
    [
      'in the processes of the sidecar',
      { targetContainerName: 'llm-boundary-sidecar' },
      'false targets_sidecar',
    ],
    [
      'with NET_ADMIN',
      { securityContext: { capabilities: { add: ['NET_ADMIN'] } } },
      'false capability_too_strong',
    ],
    ['privileged', { securityContext: { privileged: true } }, 'false privileged'],
    [
      'with our volume',
      { volumeMounts: [{ name: 'llm-boundary-audit', mountPath: '/x' }] },
      'false volume_shared',
    ],
    ['that was not hardened', {}, 'false final_state'],
    [
      'that is hardened',
      { securityContext: { allowPrivilegeEscalation: false, runAsUser: 1000 } },
      'true complete',
    ],
  ])('a debug container %s', (_name, extra, expected) => {
    const after = changed(
      (pod) => (pod.spec.ephemeralContainers = [{ name: 'debug', image: 'b', ...extra }]),
    );
    expect(update(injected(), after, 'ephemeralcontainers')).toBe(expected);
  });
});

describe('policies', () => {
  const dependents = (namespace: string, name: string): number =>
    namespace === 'llm-boundary' && name === 'bot' ? 3 : 0;
  const ours = { dependents, metrics, names: () => ['bot', 'default'] };
  const map = (data: unknown, labels: unknown = { 'llm-boundary.io/policy': 'true' }): AdmissionRequest =>
    request(
      { metadata: { name: 'bot', namespace: 'llm-boundary', labels }, data },
      { resource: { group: '', version: 'v1', resource: 'configmaps' } },
    );

  it.each<[string, unknown, RegExp]>([
    ['no document', {}, /policy\.yaml/],
    ['an unknown key', { 'policy.yaml': 'version: 1\nmodel: {}' }, /2:1: model: unknown key; did you mean/],
    ['no version', { 'policy.yaml': '{}' }, /version/],
    [
      'a missing fingerprints file',
      { 'policy.yaml': 'version: 1\negress: { documents: { action: block, fingerprints: [x] } }' },
      /x\.fingerprints/,
    ],
  ])('with %s: refused, with place and fix', (_name, data, expected) => {
    const decision = validatePolicies(map(data), ours);
    expect(decision.allowed).toBe(false);
    expect(decision.message).toMatch(expected);
  });

  it('valid ones pass, with warnings; other ConfigMaps are not looked at', () => {
    const observed = validatePolicies(map({ 'policy.yaml': 'version: 1\nmode: observe\n' }), ours);
    expect(observed).toMatchObject({ allowed: true, audit: { decision: 'valid' } });
    expect(observed.warnings.join()).toContain('nothing is enforced');
    expect(reason(validatePolicies(map({ 'policy.yaml': ':' }, {}), ours))).toBe('true not_a_policy');
  });

  it('one whose shadow does not exist passes, with a warning', () => {
    const named = (shadow: string): readonly string[] => {
      const metadata = {
        ...{ name: 'bot', namespace: 'llm-boundary', labels: { 'llm-boundary.io/policy': 'true' } },
        annotations: { 'llm-boundary.io/shadow': shadow },
      };
      const { object, ...rest } = map({});
      const asked = {
        ...rest,
        object: { ...(object as object), metadata, data: { 'policy.yaml': 'version: 1\n' } },
      };
      const decision = validatePolicies(asked, ours);
      expect(decision.allowed).toBe(true);
      return decision.warnings;
    };
    expect(named('default')).toEqual([]);
    expect(named('No Policy!')).toEqual([
      expect.stringContaining(
        'no policy is named "No Policy!", so no shadow is judged until there is one; there are bot, default',
      ),
    ]);
  });

  it.each<[string, string, Partial<AdmissionRequest>, string, RegExp]>([
    [
      'deleted while pods use it',
      'bot',
      { operation: 'DELETE' },
      'true in_use',
      /3 running pods use policy bot/,
    ],
    [
      'robbed of its label while pods use it',
      'bot',
      { operation: 'UPDATE', object: { metadata: { name: 'bot', namespace: 'llm-boundary' } } },
      'true in_use',
      /ConfigMap llm-boundary\/bot is back/,
    ],
    ['deleted while no pod uses it', 'other', { operation: 'DELETE' }, 'true unused', /^$/],
  ])('one that is %s', (_name, name, more, expected, warning) => {
    const metadata = { name, namespace: 'llm-boundary', labels: { 'llm-boundary.io/policy': 'true' } };
    const removal = { ...map({}), object: null, namespace: 'llm-boundary', oldObject: { metadata }, ...more };
    const decision = validatePolicies(removal, ours);
    expect(reason(decision)).toBe(expected);
    expect(decision.warnings.join()).toMatch(warning);
  });
});
