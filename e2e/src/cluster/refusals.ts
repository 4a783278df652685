import { manifest, NAMESPACES, SIDECAR, STATUS, WORKLOAD, type Fixture } from './fixture.ts';
import { expect } from './steps.ts';
import type { Weakness } from './weaknesses.ts';

const POD = 'redirected';
function container(more: object = {}): object {
  return {
    name: 'model',
    ...WORKLOAD,
    ports: [{ containerPort: 8000 }],
    securityContext: { runAsUser: 1000 },
    ...more,
  };
}
function pod(spec: object, metadata: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'refused', ...metadata },
    spec: { containers: [container()], ...spec },
  };
}

/** Pods that must be refused, with the text that the message must contain and the weaknesses that they attempt. */
const PODS: readonly (readonly [string, object, string, ...Weakness[]])[] = [
  [
    'a container with the UID of the sidecar',
    pod({ containers: [container({ securityContext: { runAsUser: 15400 } })] }),
    'runAsUser',
    2,
  ],
  ['hostNetwork', pod({ hostNetwork: true }), 'hostNetwork', 10],
  ['shareProcessNamespace', pod({ shareProcessNamespace: true }), 'shareProcessNamespace'],
  [
    'a privileged container',
    pod({ containers: [container({ securityContext: { privileged: true } })] }),
    'privileged',
  ],
  [
    'NET_ADMIN',
    pod({
      containers: [container({ securityContext: { runAsUser: 1000, capabilities: { add: ['NET_ADMIN'] } } })],
    }),
    'NET_ADMIN',
    14,
  ],
  [
    'an impostor of the sidecar',
    pod({ initContainers: [{ name: SIDECAR, ...WORKLOAD, restartPolicy: 'Always' }] }),
    'initContainers',
    4,
  ],
  ['an impostor status', pod({}, { annotations: { [STATUS]: '{"version":"0.1.0"}' } }), 'status', 4],
  ['an impostor volume', pod({ volumes: [{ name: 'llm-boundary-audit', emptyDir: {} }] }), 'volumes', 4],
  [
    'a server that takeover does not know',
    pod({}, { annotations: { 'llm-boundary.io/capture': 'takeover' } }),
    'containers',
    17,
  ],
  ['an unknown policy', pod({}, { annotations: { 'llm-boundary.io/policy': 'none-such' } }), 'default'],
];

/** Chapter: objects that the API server refuses, or admits only with a boundary. */
export async function refusals(fixture: Fixture): Promise<void> {
  const { steps } = fixture;
  steps.chapter('Refusals of the API server');
  for (const [name, object, names, ...attempts] of PODS) {
    await steps.step(`refused: ${name}`, () => refusedPod(fixture, object, names), { attempts });
  }
  await steps.step('labels and annotations that ask for no injection are in vain', () => optOut(fixture), {
    attempts: [1, 3],
  });
  await steps.step('frozen in a running pod: the image of the sidecar, the label', () => frozen(fixture), {
    attempts: [1, 4],
  });
  await steps.step(
    'a debug container that targets or imitates the sidecar is refused',
    () => debugRefused(fixture),
    { attempts: [15] },
  );
  await steps.step(
    'a debug container that joins is without the privileges that break redirect',
    () => debugGuarded(fixture),
    { attempts: [15] },
  );
  await steps.step('others than administrators cannot exec into the sidecar', () => execRefused(fixture));
}

async function refusedPod({ cluster }: Fixture, object: object, names: string): Promise<string> {
  const { status, stderr } = await cluster.tryApply([object], NAMESPACES.guarded);
  if (status === 0) await cluster.tryKubectl(['delete', 'pod', 'refused', '-n', NAMESPACES.guarded, '--now']);
  expect(status !== 0, 'it was admitted');
  expect(
    stderr.includes('llm-boundary') && stderr.includes(names),
    `the message does not name ${names}: ${stderr.slice(0, 600)}`,
  );
  return /\[([a-z_]+)\]/.exec(stderr)?.[1] ?? 'named';
}

async function optOut({ cluster }: Fixture): Promise<string> {
  const asked: readonly object[] = [
    { labels: { 'llm-boundary.io/inject': 'false' } },
    { annotations: { 'llm-boundary.io/inject': 'false' } },
    // An exemption without the permission, as a developer.
    { annotations: { 'llm-boundary.io/exempt': 'true' } },
  ];
  await cluster.apply(manifest('developer.yaml'), NAMESPACES.guarded);
  for (const metadata of asked) {
    const { stdout, stderr } = await cluster.tryKubectl(
      ['create', '-n', NAMESPACES.guarded, '--as=dev', '--dry-run=server', '-o', 'json', '-f', '-'],
      { input: JSON.stringify(pod({}, metadata)) },
    );
    expect(
      stdout.includes(`"name": "${SIDECAR}"`),
      `${JSON.stringify(metadata)}: it would have come without a sidecar: ${stderr.slice(0, 300)}`,
    );
  }
  return `${asked.length} ways to ask`;
}

async function frozen({ cluster }: Fixture): Promise<null> {
  const where = ['-n', NAMESPACES.guarded];
  const image = await cluster.tryKubectl([
    'set',
    'image',
    `pod/${POD}`,
    `${SIDECAR}=${WORKLOAD.image}`,
    ...where,
  ]);
  expect(image.status !== 0 && image.stderr.includes('llm-boundary'), `image: ${image.stderr.slice(0, 300)}`);
  const label = await cluster.tryKubectl(['label', 'pod', POD, 'llm-boundary.io/inject=false', ...where]);
  expect(label.status !== 0 && label.stderr.includes('llm-boundary'), `label: ${label.stderr.slice(0, 300)}`);
  return null;
}

/** Adds a debug container as `kubectl debug` does, with arbitrary fields. */
function debug(
  { cluster }: Fixture,
  more: object,
): Promise<{ status: number; stdout: string; stderr: string }> {
  const joined = {
    name: 'debug',
    ...WORKLOAD,
    command: ['node', '-e', 'setInterval(() => {}, 1e6)'],
    ...more,
  };
  const body = { spec: { ephemeralContainers: [joined] } };
  return cluster.tryKubectl([
    'patch',
    'pod',
    POD,
    '-n',
    NAMESPACES.guarded,
    '--subresource=ephemeralcontainers',
    '--type=strategic',
    '-o',
    'json',
    '-p',
    JSON.stringify(body),
  ]);
}

async function debugRefused(fixture: Fixture): Promise<string> {
  const attempts: readonly (readonly [string, object])[] = [
    ['target', { targetContainerName: SIDECAR }],
    ['uid', { securityContext: { runAsUser: 15400 } }],
    ['privileged', { securityContext: { privileged: true } }],
    ['name', { name: 'llm-boundary-debug' }],
    ['capability', { securityContext: { capabilities: { add: ['NET_ADMIN'] } } }],
  ];
  for (const [name, more] of attempts) {
    const { status, stderr } = await debug(fixture, more);
    expect(
      status !== 0 && stderr.includes('llm-boundary'),
      `${name}: status ${status}: ${stderr.slice(0, 300)}`,
    );
  }
  return `${attempts.length} shapes`;
}

async function debugGuarded(fixture: Fixture): Promise<null> {
  const { status, stdout, stderr } = await debug(fixture, {});
  expect(status === 0, stderr.slice(0, 400));
  const { spec } = JSON.parse(stdout) as {
    spec: { ephemeralContainers: readonly { securityContext?: object }[] };
  };
  const security = JSON.stringify(spec.ephemeralContainers[0]?.securityContext ?? {});
  expect(
    security.includes('"allowPrivilegeEscalation":false') && security.includes('SETUID'),
    `securityContext: ${security}`,
  );
  return null;
}

async function execRefused(fixture: Fixture): Promise<null> {
  const { cluster } = fixture;
  await cluster.apply(manifest('developer.yaml'), NAMESPACES.guarded);
  const exec = (name: string): Promise<{ status: number; stderr: string }> =>
    cluster.tryKubectl(['exec', '--as=dev', '-n', NAMESPACES.guarded, POD, '-c', name, '--', 'node', '-v']);
  const model = await exec('model');
  expect(model.status === 0, `into the model container: ${model.stderr.slice(0, 300)}`);
  const sidecar = await exec(SIDECAR);
  expect(
    sidecar.status !== 0 && sidecar.stderr.includes('llm-boundary'),
    `into the sidecar: ${sidecar.stderr.slice(0, 300)}`,
  );
  return null;
}
