import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

import { UsageError } from '@llm-boundary/sidecar/flags';
import type { Logger } from 'pino';

import { DirectoryCertificate, type CertificateSource } from '../certs/source.ts';
import { injectConfig } from './inject-flags.ts';
import type { InjectConfig, Namespace } from '../inject/index.ts';
import { WebhookMetrics } from '../telemetry/metrics.ts';
import { mutate } from '../admission/mutate.ts';
import { DEFAULT_NAMESPACE, DEFAULT_SERVICE, DEFAULT_TIMEOUT_S, type ServeFlags } from './serve-flags.ts';
import type { ListenAddress } from '../server/tls-server.ts';
import { WebhookServer } from '../server/webhook-server.ts';
import { validatePods } from '../admission/pods.ts';
import { validatePolicies } from '../admission/policies.ts';
import { CaSecret } from '../kube/ca-secret.ts';
import { checkVersion, ClusterState } from '../kube/cluster.ts';
import { connect } from '../kube/connection.ts';
import { ClusterCertificate } from '../kube/cluster-certificate.ts';
import { LeaderTasks } from '../kube/leader-tasks.ts';
import { LeaseHolder } from '../kube/lease.ts';
import { resolversOf } from './own-resolvers.ts';
import { ReleaseImages } from '../kube/release-images.ts';
import type { Rest } from '../kube/rest.ts';
import { WebhookConfigurations } from '../kube/webhook-configuration.ts';

export interface ServeCluster {
  readonly flags: ServeFlags;
  readonly listen: ListenAddress;
  readonly admin: ListenAddress;
  readonly log: Logger;
  /** Resolves when the process must exit. */
  readonly until: () => Promise<string>;
}

async function certificates(
  rest: Rest,
  flags: ServeFlags,
  names: readonly string[],
): Promise<CertificateSource> {
  const folder = flags['tls-dir'];
  if (folder !== null) return DirectoryCertificate.open(folder);
  const namespace = flags.namespace ?? DEFAULT_NAMESPACE;
  return ClusterCertificate.open(
    new CaSecret(rest, namespace, flags['ca-secret'] ?? 'llm-boundary-webhook-ca'),
    new WebhookConfigurations(rest, flags['webhook-configuration'] ?? 'llm-boundary'),
    names,
    Date.now(),
  );
}

/** Names by which API servers and port-forwards call a Service. */
function serviceNames(service: string, namespace: string): readonly string[] {
  return [
    `${service}.${namespace}.svc`,
    `${service}.${namespace}`,
    `${service}.${namespace}.svc.cluster.local`,
    // For a webhook that runs beside the API server, and for port-forwards.
    'localhost',
    '127.0.0.1',
  ];
}

/** Outside of a pod the resolvers of pods are unknown. */
function knownResolvers(given: readonly string[]): string[] {
  return given.length > 0 || process.env['KUBERNETES_SERVICE_HOST'] === undefined
    ? [...given]
    : [...resolversOf(readFileSync('/etc/resolv.conf', 'utf8'))];
}

/** A pod without an IPv4 address means that sidecars are not reachable over IPv4. @throws UsageError */
export function checkFamilies(
  families: InjectConfig['ipFamilies'],
  addresses: readonly Pick<NetworkInterfaceInfo, 'family' | 'internal'>[],
): void {
  const outer = addresses.filter(({ internal }) => !internal);
  if (families === 'dual' || outer.length === 0 || outer.some(({ family }) => family === 'IPv4')) return;
  throw new UsageError(
    '--ip-families ipv4: this pod has only IPv6 addresses, and so have the injected pods: set injection.ipFamilies to dual in the values of the chart',
  );
}

/** Runs the webhook in a cluster. @throws KubeError, CertificateUnavailable and system errors at startup */
export async function serveCluster({ flags, listen, admin, log, until }: ServeCluster): Promise<void> {
  const systemNamespace = flags.namespace ?? DEFAULT_NAMESPACE;
  const rest = connect();
  await checkVersion(rest);
  const names = serviceNames(flags.service ?? DEFAULT_SERVICE, systemNamespace);
  const config = injectConfig({ ...flags, resolver: knownResolvers(flags.resolver) }, systemNamespace);
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  checkFamilies(config.ipFamilies, addresses);
  const metrics = new WebhookMetrics();
  const onError = (error: unknown): void => log.warn({ err: error }, 'reading the cluster failed; retrying');
  const state: ClusterState = new ClusterState(rest, systemNamespace, () => duties.soon(), onError);
  const lease = new LeaseHolder(rest, {
    namespace: systemNamespace,
    name: flags.lease ?? 'llm-boundary-webhook',
    identity: flags.identity ?? hostname(),
  });
  const releases = new ReleaseImages(rest, systemNamespace, onError);
  const duties = new LeaderTasks({
    rest,
    state,
    lease,
    systemNamespace,
    config,
    consoleSubject:
      flags['console-account'] === null
        ? null
        : `system:serviceaccount:${systemNamespace}:${flags['console-account']}`,
    metrics,
    log,
    now: Date.now,
  });
  const decide = {
    namespace: (name: string): Namespace | null => state.namespace(name),
    policies: state.catalogue.lookup,
    get config(): InjectConfig {
      return { ...config, acceptedImages: [...config.acceptedImages, ...releases.all()] };
    },
    metrics,
  };
  const server = new WebhookServer({
    listen,
    admin,
    webhooks: {
      // Published policies follow the pods that mount them, so admission itself has no side effects.
      '/mutate': (request) => mutate(request, { ...decide, onInjected: () => undefined }),
      '/validate-pods': (request) => validatePods(request, decide),
      '/validate-policies': (request) =>
        validatePolicies(request, {
          dependents: state.dependents,
          names: () => state.catalogue.names(),
          metrics,
        }),
    },
    certificates: await certificates(rest, flags, names),
    timeoutSeconds: flags['timeout-seconds'] ?? DEFAULT_TIMEOUT_S,
    servername: names[0] ?? 'localhost',
    dependencies: () => state.missing(),
    metrics,
    log,
    now: Date.now,
    lingerMs: 5000,
  });
  state.start();
  releases.start();
  duties.start();
  const bound = await server.start();
  log.info(
    { ...bound, resolvers: config.resolvers, clusterDomain: config.clusterDomain },
    'webhook listening',
  );
  log.info({ reason: await until() }, 'webhook draining');
  await server.stop();
  await duties.stop();
  await releases.stop();
  await state.stop();
}
