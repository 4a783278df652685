import { createHash, X509Certificate } from 'node:crypto';

import { POLICY, policyMap } from './release.ts';
import { CLIENT, NAMESPACES, statusOf, webhookPods, type Fixture } from './fixture.ts';
import { until } from './shell.ts';
import { expect } from './steps.ts';
import { Storm } from './storm.ts';

const RATE = 50;
const SECRET = 'llm-boundary-webhook-ca';
const CONFIGURATIONS = [
  'mutatingwebhookconfiguration/llm-boundary',
  'validatingwebhookconfiguration/llm-boundary',
];
const WEBHOOKS = ['-n', NAMESPACES.system, '-l', 'app.kubernetes.io/component=webhook'];

/** Chapter: pods are created while all that injection rests on is disturbed. */
export async function disturbances(fixture: Fixture): Promise<void> {
  const { steps } = fixture;
  steps.chapter(`Disturbances, while up to ${RATE} pods a second are created`);
  const storm = new Storm(fixture, RATE);
  try {
    await steps.step('a replica of the webhook is killed, and another takes its place', () =>
      replicaKilled(fixture),
    );
    await steps.step(
      'the CA is rotated: every replica serves a new leaf, and no container was restarted',
      () => caRotated(fixture),
      { attempts: [21, 22] },
    );
    await steps.step('the Secret of the CA is deleted: it comes back with the same CA', () =>
      secretDeleted(fixture),
    );
    await steps.step('a policy is broken past the validation: the last good one holds', () =>
      policyBroken(fixture),
    );
  } finally {
    await steps.step('no pod un-injected, none stuck, every refusal explained', () => storm.end(), {
      attempts: [5],
    });
  }
}

/** By the Deployment: pods that are on their way out never become ready. */
export function settled({ cluster }: Fixture): Promise<string> {
  return cluster.kubectl(
    ['rollout', 'status', 'deployment/llm-boundary-webhook', '-n', NAMESPACES.system, '--timeout=170s'],
    { timeoutMs: 180_000 },
  );
}

async function replicaKilled(fixture: Fixture): Promise<string> {
  const { cluster } = fixture;
  const [victim] = await webhookPods(fixture);
  expect(victim !== undefined, 'there is no webhook pod');
  // Without grace: the process is killed and answers nothing any more.
  const { name } = victim.metadata;
  await cluster.kubectl(['delete', 'pod', name, '-n', NAMESPACES.system, '--force', '--grace-period=0']);
  await settled(fixture);
  return name;
}

function fingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256;
}

async function secretCa({ cluster }: Fixture): Promise<string> {
  const { data } = await cluster.get('secret', SECRET, NAMESPACES.system);
  return Buffer.from(data?.['tls.crt'] ?? '', 'base64').toString();
}

/** The first certificate of every bundle that the API server trusts for the boundary: the newest. */
export async function trusted({ cluster }: Fixture): Promise<readonly string[]> {
  const text = await cluster.kubectl(['get', ...CONFIGURATIONS, '-o', 'json']);
  const { items } = JSON.parse(text) as {
    items: readonly { webhooks: readonly { clientConfig: { caBundle?: string } }[] }[];
  };
  return items.flatMap(({ webhooks }) =>
    webhooks.map(({ clientConfig }) => Buffer.from(clientConfig.caBundle ?? '', 'base64').toString()),
  );
}

/** What a replica serves: whether this CA signed it. Asked from inside, at the pod's own address. */
async function servedBy({ cluster }: Fixture, ip: string, ca: string): Promise<boolean> {
  const script = `
    const socket = require('tls').connect({ host: process.argv[1], port: 8443, rejectUnauthorized: false }, () => {
      process.stdout.write(socket.getPeerX509Certificate().toString());
      socket.end();
    });
    socket.setTimeout(30000, () => socket.destroy(new Error('timeout')));`;
  const { namespace, pod, container } = CLIENT;
  const exec = ['exec', '-n', namespace, pod, '-c', container, '--', 'node', '-e', script, ip];
  const { status, stdout } = await cluster.tryKubectl(exec);
  return status === 0 && new X509Certificate(stdout).verify(new X509Certificate(ca).publicKey);
}

async function restarts({ cluster }: Fixture): Promise<string> {
  return cluster.kubectl([
    'get',
    'pods',
    ...WEBHOOKS,
    '-o',
    'jsonpath={range .items[*]}{.metadata.name}={.status.containerStatuses[*].restartCount} {end}',
  ]);
}

async function caRotated(fixture: Fixture): Promise<string> {
  const { cluster } = fixture;
  const before = await secretCa(fixture);
  const pods = await restarts(fixture);
  const made = await cluster.inside(['bash', '-c', NEW_AUTHORITY]);
  expect(made.status === 0, `openssl: ${made.stderr.slice(-300)}`);
  const [key = '', certificate = ''] = made.stdout.split(/(?=-----BEGIN CERTIFICATE)/);
  const encoded = (text: string): string => Buffer.from(text).toString('base64');
  const data = { 'tls.crt': encoded(certificate), 'tls.key': encoded(key), 'ca.crt': encoded(certificate) };
  const patch = JSON.stringify({ data });
  await cluster.kubectl(['patch', 'secret', SECRET, '-n', NAMESPACES.system, '--type=merge', '-p', patch]);
  await until('every bundle begins with the new CA', 90, async () => {
    const bundles = await trusted(fixture);
    return bundles.every((bundle) => bundle !== '' && fingerprint(bundle) === fingerprint(certificate))
      ? true
      : null;
  });
  expect(
    (await trusted(fixture)).every((bundle) => bundle.includes(before.trim())),
    'the CA before is not trusted any more: replicas that still serve it are not believed',
  );
  const replicas = await webhookPods(fixture);
  // Under the storm a handshake alone can take seconds. That it comes is the claim, not when.
  for (const replica of replicas) {
    await until(
      `${replica.metadata.name} serves a leaf of the new CA`,
      240,
      async () => ((await servedBy(fixture, statusOf(replica).podIP ?? '', certificate)) ? true : null),
      2000,
    );
  }
  expect(
    (await restarts(fixture)) === pods,
    `a container was restarted: ${pods} → ${await restarts(fixture)}`,
  );
  return `${replicas.length} replicas`;
}

const NEW_AUTHORITY =
  'set -e; cd "$(mktemp -d)"; openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ca.key 2>/dev/null;' +
  ' openssl req -x509 -new -key ca.key -days 30 -subj "/CN=llm-boundary webhook rotated"' +
  ' -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign -out ca.crt;' +
  ' cat ca.key ca.crt; rm -r "$PWD"';

async function secretDeleted(fixture: Fixture): Promise<null> {
  const before = fingerprint(await secretCa(fixture));
  await fixture.cluster.kubectl(['delete', 'secret', SECRET, '-n', NAMESPACES.system]);
  await until('the Secret is there again', 90, async () => {
    const now = await secretCa(fixture);
    expect(fingerprint(now) === before, 'it came back with another CA');
    return true;
  });
  return null;
}

/** An administrator's mistake of the worst kind: the validating webhook is away for a moment, and the policy is nonsense. */
async function policyBroken(fixture: Fixture): Promise<string> {
  const { cluster } = fixture;
  const broken = policyMap('version: 1\negress: { pi: {} }\n');
  await until('kubectl apply is refused with the path', 180, async () => {
    const { status, stderr } = await cluster.tryKubectl(['apply', '-f', '-'], {
      input: JSON.stringify(broken),
    });
    expect(status !== 0, 'it was admitted');
    // A busy API server may not reach the webhook in time: that is a refusal too, for another reason.
    if (!stderr.includes('egress.pi')) throw new Error(stderr.slice(-300));
    return true;
  });
  const saved = await withoutMeta(fixture, 'validatingwebhookconfiguration/llm-boundary');
  const published = async (): Promise<string> => {
    const map = await cluster.get('configmap', 'llm-boundary-policy-default', NAMESPACES.guarded);
    return createHash('sha256').update(JSON.stringify(map.data)).digest('hex');
  };
  const before = await published();
  await cluster.kubectl(['delete', 'validatingwebhookconfiguration', 'llm-boundary']);
  try {
    await until('the API server calls no webhook about policies any more', 30, async () => {
      const { status, stderr } = await cluster.tryKubectl(['apply', '-f', '-'], {
        input: JSON.stringify(broken),
      });
      if (status !== 0) throw new Error(stderr.slice(0, 200));
      return true;
    });
    await until('an Event says that the policy is invalid', 60, async () => {
      const events = await cluster.kubectl(['get', 'events', '-n', NAMESPACES.system, '-o', 'json']);
      return events.includes('PolicyInvalid') ? true : null;
    });
    expect((await published()) === before, 'the broken policy replaced the good one');
  } finally {
    await cluster.apply([policyMap(POLICY)]);
    await cluster.kubectl(['create', '-f', '-'], { input: saved });
  }
  return 'refused by kubectl apply; forced in, it is an Event, and what is published stays';
}

/** An object as it can be created again. */
async function withoutMeta({ cluster }: Fixture, name: string): Promise<string> {
  const object = JSON.parse(await cluster.kubectl(['get', name, '-o', 'json'])) as {
    metadata: Record<string, unknown>;
  };
  for (const field of ['resourceVersion', 'uid', 'creationTimestamp', 'generation', 'managedFields']) {
    Reflect.deleteProperty(object.metadata, field);
  }
  return JSON.stringify(object);
}
