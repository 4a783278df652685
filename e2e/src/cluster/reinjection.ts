import { isInjected, manifest, NAMESPACES, WORKLOAD, type Fixture } from './fixture.ts';
import type { KubeObject } from './cluster.ts';
import { expect } from './steps.ts';

function plain(name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      containers: [
        {
          name: 'model',
          ...WORKLOAD,
          ports: [{ containerPort: 8000 }],
          securityContext: { runAsUser: 1000 },
        },
      ],
    },
  };
}

/** The result of a server-side dry run. @throws Error with the API server's message */
async function dryRun({ cluster }: Fixture, pod: object, who: readonly string[] = []): Promise<KubeObject> {
  const argv = ['create', '-n', NAMESPACES.guarded, '--dry-run=server', '-o', 'json', ...who, '-f', '-'];
  return JSON.parse(await cluster.kubectl(argv, { input: JSON.stringify(pod) })) as KubeObject;
}

export async function whoeverAsks(fixture: Fixture): Promise<string> {
  await fixture.cluster.apply(manifest('developer.yaml'), NAMESPACES.guarded);
  const controller = (name: string): readonly string[] => [
    '--as',
    `system:serviceaccount:kube-system:${name}`,
  ];
  const requesters = [
    ['--as', 'dev'],
    ...['replicaset-controller', 'daemon-set-controller', 'job-controller', 'statefulset-controller'].map(
      controller,
    ),
    ['--as', `system:serviceaccount:${NAMESPACES.guarded}:builder`],
    ['--as', 'somebody', '--as-group', 'system:masters'],
    [],
  ];
  for (const who of requesters) {
    expect(isInjected(await dryRun(fixture, plain('asked'), who)), `${who.join(' ')}: no sidecar`);
  }
  return `${requesters.length} requesters`;
}

/** Without server-set fields, to be created again. */
function resent({ metadata, spec }: KubeObject): KubeObject {
  return {
    ...{ apiVersion: 'v1', kind: 'Pod' },
    metadata: {
      name: metadata.name,
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
    },
    ...(spec === undefined ? {} : { spec }),
  };
}

export async function again(fixture: Fixture): Promise<null> {
  const once = resent(await dryRun(fixture, plain('again')));
  const twice = resent(await dryRun(fixture, once));
  expect(JSON.stringify(twice) === JSON.stringify(once), 'the second injection has changed the pod');
  return null;
}

export async function besideOthers(fixture: Fixture): Promise<null> {
  const once = resent(await dryRun(fixture, plain('beside')));
  const own = initsOf(once);
  const foreign = {
    name: 'foreign-proxy',
    ...WORKLOAD,
    restartPolicy: 'Always',
    securityContext: { runAsUser: 3000 },
  };
  for (const initContainers of [
    [foreign, ...own],
    [...own, foreign],
  ]) {
    const made = initsOf(await dryRun(fixture, { ...once, spec: { ...once.spec, initContainers } }));
    const names = made.map(({ name }) => name).join(', ');
    expect(names === `${own.map(({ name }) => name).join(', ')}, foreign-proxy`, `order: ${names}`);
    expect(
      JSON.stringify(made.slice(0, own.length)) === JSON.stringify(own),
      'the sidecar is another beside a foreign one',
    );
  }
  return null;
}

function initsOf(pod: KubeObject): readonly { readonly name: string }[] {
  return (pod.spec?.['initContainers'] ?? []) as readonly { readonly name: string }[];
}
