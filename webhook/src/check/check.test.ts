import 'reflect-metadata/lite';

import { createAuthority } from '../certs/authority.ts';
import { AFTER } from './after.ts';
import { BEFORE } from './before.ts';
import { checkText, isProven, runChecks, type CheckContext, type CheckResult } from './result.ts';

class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message = `${status}`) {
    super(message);
    this.status = status;
  }
}

const NOW = Date.UTC(2026, 10, 30);
const IMAGE = 'registry.example/llm-boundary/sidecar:1.2.3';
/** Answers by the path without its query; an error is thrown. */
type Answers = Readonly<Record<string, unknown>>;

const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
const MUTATING = `${ADMISSION}/mutatingwebhookconfigurations/llm-boundary`;
const VALIDATING = `${ADMISSION}/validatingwebhookconfigurations/llm-boundary`;
const DEPLOYMENT = '/apis/apps/v1/namespaces/system/deployments/llm-boundary-webhook';
const SERVICES = '/api/v1/namespaces/kube-system/services';
const DAEMONSETS = '/apis/apps/v1/daemonsets';
const REVIEW = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
const TRIAL = '/api/v1/namespaces/default/pods';
const SILENT = '/api/v1/namespaces/system/services/llm-boundary-anchor:metrics/proxy/silent';

function named(name: string, labels: Record<string, string> = {}): object {
  return { metadata: { name, labels } };
}

function deployment(readyReplicas: number, image = IMAGE): object {
  const containers = [{ image: 'registry.example/webhook:1.2.3', args: [`--sidecar-image=${image}`] }];
  return { spec: { replicas: 2, template: { spec: { containers } } }, status: { readyReplicas } };
}

function policy(text: string): object {
  const metadata = { name: 'p', namespace: 'system', labels: { 'llm-boundary.io/policy': 'true' } };
  return { items: [{ metadata, data: { 'policy.yaml': text } }] };
}

function pods(image: string, reason: string | null = null): object {
  const state = reason === null ? { running: {} } : { waiting: { reason } };
  return {
    items: [
      {
        metadata: { name: 'agent-0', namespace: 'chat' },
        spec: { initContainers: [{ name: 'llm-boundary-sidecar', image }] },
        status: { phase: 'Pending', initContainerStatuses: [{ name: 'llm-boundary-sidecar', state }] },
      },
    ],
  };
}

function configuration(certificate: string): object {
  return {
    webhooks: [{ name: 'w', clientConfig: { caBundle: Buffer.from(certificate).toString('base64') } }],
  };
}

async function healthy(): Promise<Answers> {
  const { certificate } = await createAuthority(NOW);
  return {
    '/version': { major: '1', minor: '34+' },
    [ADMISSION]: { resources: [{ name: 'validatingadmissionpolicies' }] },
    '/api/v1/namespaces': { items: [named('chat', { 'llm-boundary.io/inject': 'true' })] },
    [SERVICES]: { items: [named('kube-dns')] },
    [DAEMONSETS]: { items: [named('kube-proxy'), named('cilium')] },
    [REVIEW]: { status: { allowed: true } },
    [DEPLOYMENT]: deployment(2),
    [MUTATING]: configuration(certificate),
    [VALIDATING]: configuration(certificate),
    [TRIAL]: { spec: { initContainers: [{ name: 'llm-boundary-sidecar' }] } },
    '/api/v1/configmaps': policy('version: 1\n'),
    '/api/v1/pods': pods(IMAGE),
    [SILENT]: { v: 1, pods: [] },
  };
}

function contextOf(answers: Answers): CheckContext {
  return {
    systemNamespace: 'system',
    version: '1.2.3',
    nowMs: NOW,
    send({ path }) {
      const answer = answers[path.split('?', 1)[0] ?? ''] ?? new ApiError(404, `${path}: not found`);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
}

async function after(change: Answers): Promise<readonly CheckResult[]> {
  return runChecks(AFTER, contextOf({ ...(await healthy()), ...change }));
}

const SILENT_POD = {
  namespace: 'chat',
  name: 'a',
  uid: 'u',
  reason: 'no_head',
  log: null,
  size: null,
  sinceMs: 0,
};

describe('checks of an installation', () => {
  it.each<[string, Answers, string, string, RegExp]>([
    [
      'an old cluster',
      { '/version': { major: '1', minor: '28' } },
      'Kubernetes version',
      'failed',
      /1\.28; 1\.30 or newer/,
    ],
    [
      'an API server that is off',
      { '/version': new ApiError(0, 'ECONNREFUSED') },
      'Kubernetes version',
      'unknown',
      /ECONNREFUSED/,
    ],
    ['another answer', { '/version': [] }, 'Kubernetes version', 'unknown', /expected/],
    [
      'no admission policies',
      { [ADMISSION]: { resources: [] } },
      'admission policies',
      'failed',
      /no ValidatingAdmissionPolicy/,
    ],
    [
      'Pod Security of a labelled namespace',
      {
        '/api/v1/namespaces': {
          items: [
            named('chat', {
              'llm-boundary.io/inject': 'true',
              'pod-security.kubernetes.io/enforce': 'restricted',
            }),
          ],
        },
      },
      'Pod Security',
      'warning',
      /forbids redirect in chat/,
    ],
    ['another DNS', { [SERVICES]: { items: [] } }, 'DNS', 'warning', /no Service with the label/],
    ['no right to look', { [SERVICES]: new ApiError(403, 'forbidden') }, 'DNS', 'unknown', /forbidden/],
    [
      'a network without policies',
      { [DAEMONSETS]: { items: [named('kube-flannel-ds')] } },
      'network plug-in',
      'warning',
      /no network plug-in was recognised/,
    ],
    [
      'nothing installed',
      { [DEPLOYMENT]: new ApiError(404) },
      'webhook',
      'failed',
      /no Deployment system\/llm-boundary-webhook/,
    ],
    [
      'no replica is ready',
      { [DEPLOYMENT]: deployment(0) },
      'webhook',
      'failed',
      /0 of 2 replicas are ready; labelled pods cannot/,
    ],
    ['one replica is ready', { [DEPLOYMENT]: deployment(1) }, 'webhook', 'warning', /1 of 2/],
    [
      'versions that differ',
      { [DEPLOYMENT]: deployment(2, 'host:5000/sidecar:1.0.0') },
      'versions',
      'warning',
      /1\.2\.3, 1\.0\.0; this program: 1\.2\.3/,
    ],
    [
      'no webhook configuration',
      { [VALIDATING]: new ApiError(404) },
      'certificates',
      'failed',
      /no validatingwebhookconfigurations/,
    ],
    [
      'no CA',
      { [MUTATING]: configuration('') },
      'certificates',
      'failed',
      /mutating.*: w has no CA certificate that is valid now/,
    ],
    ['no webhooks', { [MUTATING]: {}, [VALIDATING]: {} }, 'certificates', 'failed', /have no webhooks/],
    [
      'a webhook that is not reached',
      { [TRIAL]: new ApiError(500, 'failed calling webhook "x": context deadline exceeded') },
      'injection',
      'failed',
      /context deadline exceeded/,
    ],
    ['a pod that gets nothing', { [TRIAL]: { spec: {} } }, 'injection', 'failed', /gets no sidecar/],
    [
      'a pod that is refused',
      { [TRIAL]: new ApiError(403, 'admission webhook "pods.llm-boundary.io" denied the request: floor') },
      'injection',
      'warning',
      /the webhook answers, and refuses/,
    ],
    [
      'no right to create pods',
      { [TRIAL]: new ApiError(403, 'cannot create pods') },
      'injection',
      'unknown',
      /cannot create pods/,
    ],
    [
      'a policy with a typo',
      { '/api/v1/configmaps': policy('version: 1\nmod: observe\n') },
      'policies',
      'failed',
      /^system\/p: .*mod/,
    ],
    [
      'an old sidecar',
      { '/api/v1/pods': pods('registry.example/sidecar:1.0.0') },
      'sidecars',
      'warning',
      /1 of 1 pods .*: chat\/agent-0/,
    ],
    [
      'an image that is not pulled',
      { '/api/v1/pods': pods(IMAGE, 'ImagePullBackOff') },
      'images',
      'failed',
      /cannot be pulled: chat\/agent-0/,
    ],
    [
      'an anchor that is down',
      { [SILENT]: new ApiError(503, 'no endpoints') },
      'anchor',
      'failed',
      /cannot be asked: no endpoints/,
    ],
    ['a silent pod', { [SILENT]: { v: 1, pods: [SILENT_POD] } }, 'anchor', 'failed', /1 pods are silent/],
    ['no anchor', { [SILENT]: new ApiError(404) }, 'anchor', 'ok', /no anchor is installed/],
  ])('%s', async (_name, change, check, status, detail) => {
    const results = await after(change);
    const result = results.find((each) => each.check === check);
    expect(result).toMatchObject({ status });
    expect(result?.detail).toMatch(detail);
    if (status === 'failed' || status === 'warning') expect(result?.fix).not.toBeNull();
    expect(isProven(results)).toBe(
      !results.some((each) => each.status === 'failed' || each.status === 'unknown'),
    );
    expect(checkText(results)).toContain(`${check}: ${result?.detail ?? ''}\n`);
  });

  it('is proven where all is well', async () => {
    const results = await after({});
    expect(results.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(isProven(results)).toBe(true);
    expect(checkText(results)).toMatch(
      /^ok {7}Kubernetes version: Kubernetes 1\.34\+\n[^]*\n13 checks: 13 ok, 0 warnings, 0 failed, 0 unknown\.\n$/,
    );
  });
});

describe('checks before an installation', () => {
  it.each<[string, Answers, string, string, RegExp]>([
    [
      'no rights',
      { [REVIEW]: { status: { allowed: false } } },
      'permissions',
      'failed',
      /may not create namespaces, /,
    ],
    [
      'an installation that is there',
      {},
      'installation',
      'warning',
      /there is a MutatingWebhookConfiguration/,
    ],
    ['no installation', { [MUTATING]: new ApiError(404) }, 'installation', 'ok', /not installed yet/],
    ['all rights', {}, 'permissions', 'ok', /may create/],
  ])('%s', async (_name, change, check, status, detail) => {
    const results = await runChecks(BEFORE, contextOf({ ...(await healthy()), ...change }));
    const result = results.find((each) => each.check === check);
    expect(result).toMatchObject({ status });
    expect(result?.detail).toMatch(detail);
    expect(results.map(({ check: name }) => name)).not.toContain('webhook');
  });
});
