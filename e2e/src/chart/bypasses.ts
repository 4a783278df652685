import type { Cluster } from '../cluster/cluster.ts';
import { until, type Finished } from '../cluster/shell.ts';
import { expect, type Steps } from '../cluster/steps.ts';
import { sameUser } from './same-user.ts';
import { author, injected, NAMESPACE, REDIRECT, shapes } from './shapes.ts';
import { ALICE, sidecarIn, exemption, createUnlabelled } from './exemption.ts';

const KINDS = ['mutatingwebhookconfiguration', 'validatingwebhookconfiguration'];

function refusedWith(finished: Finished, text: string): null {
  expect(finished.status !== 0, `it was admitted: ${finished.stdout}`);
  expect(finished.stderr.includes(text), `the refusal does not say ${text}: ${finished.stderr}`);
  return null;
}

interface Attempt {
  readonly name: string;
  readonly argv: readonly string[];
  /** Standard input. */
  readonly input?: string;
  readonly says: string;
}

function patch(pod: string, change: object): readonly string[] {
  return ['patch', 'pod', pod, '-n', NAMESPACE, '--type=strategic', '-p', JSON.stringify(change)];
}

const inSidecar = ['exec', '-n', NAMESPACE, 'model', '-c', 'llm-boundary-sidecar', '--'];
const inModel = ['exec', '-n', NAMESPACE, 'model', '-c', 'model', '--'];
const published = ['-n', NAMESPACE, 'cm', 'llm-boundary-policy-default'];

const UNLABELLED_NAMESPACE = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: NAMESPACE },
  spec: { finalizers: ['kubernetes'] },
});

/** Attempts on a running pod, by an ordinary user with all permissions for them in RBAC. */
const ATTEMPTS: readonly Attempt[] = [
  {
    name: 'another image for the sidecar of a running pod',
    argv: patch('model', {
      spec: { initContainers: [{ name: 'llm-boundary-sidecar', image: 'localhost/busybox:dev' }] },
    }),
    says: '[frozen]',
  },
  {
    name: 'another policy for a running pod',
    argv: patch('model', { metadata: { annotations: { 'llm-boundary.io/policy': 'lax' } } }),
    says: 'frozen',
  },
  {
    name: 'another status for a running pod',
    argv: patch('model', { metadata: { annotations: { 'llm-boundary.io/status': '{}' } } }),
    says: 'frozen',
  },
  {
    name: 'a label on a pod that runs without a boundary',
    argv: ['label', 'pod', 'before', '-n', NAMESPACE, 'llm-boundary.io/inject=true'],
    says: 'frozen',
  },
  {
    name: 'the label off the namespace',
    argv: ['label', 'namespace', NAMESPACE, 'llm-boundary.io/inject-'],
    says: 'remove boundaries',
  },
  {
    name: 'the label of the namespace to "false"',
    argv: ['label', 'namespace', NAMESPACE, 'llm-boundary.io/inject=false', '--overwrite'],
    says: 'remove boundaries',
  },
  ...['status', 'finalize'].map((subresource) => ({
    name: `the label off the namespace, by way of its ${subresource}`,
    argv:
      subresource === 'status'
        ? [
            'patch',
            'namespace',
            NAMESPACE,
            '--subresource=status',
            '--type=merge',
            '-p',
            '{"metadata":{"labels":{"llm-boundary.io/inject":null}}}',
          ]
        : ['replace', '--raw', `/api/v1/namespaces/${NAMESPACE}/finalize`, '-f', '-'],
    ...(subresource === 'finalize' ? { input: UNLABELLED_NAMESPACE } : {}),
    says: 'remove boundaries',
  })),
  {
    name: 'another text in a published policy',
    argv: ['patch', ...published, '--type=merge', '-p', '{"data":{"policy.yaml":"version: 1"}}'],
    says: '[published]',
  },
  {
    name: 'a published policy without its label',
    argv: ['label', ...published, 'llm-boundary.io/published-'],
    says: '[published]',
  },
  { name: 'a published policy deleted', argv: ['delete', ...published], says: '[published]' },
  {
    name: "a published policy of one's own",
    argv: ['create', '-n', NAMESPACE, 'cm', 'llm-boundary-policy-mine', '--from-literal=policy.yaml=x'],
    says: '[published]',
  },
  { name: 'exec into the sidecar', argv: [...inSidecar, 'node', '--version'], says: '[connect]' },
];

function debug(container: object): string {
  return JSON.stringify({
    spec: {
      ephemeralContainers: [
        { name: 'debug', image: 'localhost/busybox:dev', imagePullPolicy: 'Never', ...container },
      ],
    },
  });
}

const ephemeral: readonly (readonly [string, object])[] = [
  ["the sidecar's user", { securityContext: { runAsUser: 15400 } }],
  ["the sidecar's processes", { targetContainerName: 'llm-boundary-sidecar' }],
  ['NET_ADMIN', { securityContext: { capabilities: { add: ['NET_ADMIN'] } } }],
  ['privileges', { securityContext: { privileged: true } }],
  ['the audit volume', { volumeMounts: [{ name: 'llm-boundary-audit', mountPath: '/audit' }] }],
];

function tryEphemeral(cluster: Cluster, container: object): Promise<Finished> {
  return cluster.tryKubectl([
    'patch',
    'pod',
    'model',
    '-n',
    NAMESPACE,
    '--subresource=ephemeralcontainers',
    '--type=strategic',
    '-p',
    debug(container),
    ...ALICE,
  ]);
}

/** The admission policies alone: the webhook's configurations are removed for a moment. */
async function withoutWebhook(cluster: Cluster, steps: Steps): Promise<void> {
  const pod = await injected(cluster, author('shape', REDIRECT));
  const saved = await Promise.all(
    KINDS.map((kind) => cluster.kubectl(['get', kind, 'llm-boundary', '-o', 'json'])),
  );
  steps.chapter('Bypasses, with the webhook configurations gone: admission policies alone');
  for (const kind of KINDS) await cluster.kubectl(['delete', kind, 'llm-boundary']);
  try {
    await until('the API server forgets the webhooks', 20, async () => {
      const { stdout } = await cluster.tryKubectl(['create', '--dry-run=server', '-o', 'json', '-f', '-'], {
        input: JSON.stringify(author('probe')),
      });
      return sidecarIn(stdout) ? null : true;
    });
    for (const shape of shapes(pod)) {
      await steps.step(`${shape.name}: ${shape.refusal ?? 'admitted'}`, async () => {
        const finished = await cluster.tryKubectl(['create', '--dry-run=server', '-f', '-', ...ALICE], {
          input: JSON.stringify(shape.pod),
        });
        if (shape.refusal !== null) return refusedWith(finished, `[${shape.refusal}]`);
        expect(finished.status === 0, finished.stderr);
        return null;
      });
    }
    await steps.step('a labelled pod in a namespace without the label: no_boundary', async () => {
      const labels = { 'llm-boundary.io/inject': 'true' };
      return refusedWith(await createUnlabelled(cluster, labels), '[no_boundary]');
    });
    await steps.step('a pod without any label: admitted', async () => {
      const { status, stderr } = await createUnlabelled(cluster, {});
      expect(status === 0, stderr);
      return null;
    });
  } finally {
    for (const text of saved) {
      const object = JSON.parse(text) as { metadata: Record<string, unknown> };
      for (const field of ['resourceVersion', 'uid', 'creationTimestamp', 'generation', 'managedFields']) {
        Reflect.deleteProperty(object.metadata, field);
      }
      await cluster.kubectl(['create', '-f', '-'], { input: JSON.stringify(object) });
    }
  }
}

/** Every bypass that needs only a user's own permissions. */
export async function bypasses(cluster: Cluster, steps: Steps): Promise<void> {
  steps.chapter('Bypasses, by an ordinary user');
  const pod = await injected(cluster, author('shape', REDIRECT));
  for (const shape of shapes(pod).filter(({ refusal }) => refusal !== null)) {
    await steps.step(`${shape.name} is refused, or made right`, async () => {
      const finished = await cluster.tryKubectl(
        ['create', '--dry-run=server', '-o', 'json', '-f', '-', ...ALICE],
        { input: JSON.stringify(shape.pod) },
      );
      if (finished.status !== 0) {
        expect(finished.stderr.includes('llm-boundary'), finished.stderr);
        return 'refused';
      }
      expect(sidecarIn(finished.stdout), 'it was admitted without the sidecar');
      return 'made right';
    });
  }
  for (const { name, argv, says, ...options } of ATTEMPTS) {
    await steps.step(`${name}: refused`, async () =>
      refusedWith(await cluster.tryKubectl([...ALICE, ...argv], options), says),
    );
  }
  for (const [what, container] of ephemeral) {
    await steps.step(`a debug container with ${what}: refused`, async () =>
      refusedWith(await tryEphemeral(cluster, container), 'llm-boundary'),
    );
  }
  await steps.step("an image whose own user is the sidecar's: held like any other", () => sameUser(cluster));
  await steps.step('an ordinary debug container: admitted', async () => {
    const { status, stderr } = await tryEphemeral(cluster, { command: ['/bin/busybox', 'true'] });
    expect(status === 0, stderr);
    return null;
  });
  await steps.step('exec into the model: admitted', async () => {
    const { status, stderr } = await cluster.tryKubectl([...ALICE, ...inModel, '/bin/busybox', 'true']);
    expect(status === 0, stderr);
    return null;
  });
  await steps.step(
    'a pod under takeover: injected, and the admission policies have nothing against it',
    async () => {
      const containers = [
        {
          name: 'model',
          image: 'vllm/vllm-openai:latest',
          args: ['--model', 'm'],
          ports: [{ containerPort: 8000 }],
        },
      ];
      const annotations = { 'llm-boundary.io/capture': 'takeover' };
      const { status, stdout, stderr } = await cluster.tryKubectl(
        ['create', '--dry-run=server', '-o', 'json', '-f', '-', ...ALICE],
        { input: JSON.stringify(author('takeover', annotations, { containers })) },
      );
      expect(status === 0, stderr);
      expect(
        sidecarIn(stdout) && !stdout.includes('"name": "llm-boundary-net-init"'),
        'it was not taken over',
      );
      return null;
    },
  );
  await steps.step('an invalid policy: refused with its path', async () => {
    const metadata = {
      name: 'broken',
      namespace: 'llm-boundary',
      labels: { 'llm-boundary.io/policy': 'true' },
    };
    const data = { 'policy.yaml': 'version: 1\negress: { pi: {} }\n' };
    return refusedWith(
      await cluster.tryKubectl(['create', '-f', '-'], {
        input: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }),
      }),
      'egress.pi',
    );
  });
  await exemption(cluster, steps);
  await withoutWebhook(cluster, steps);
}
