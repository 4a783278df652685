import { writeFileSync } from 'node:fs';

import { EXIT_OK, parseFlags, UsageError } from '@llm-boundary/sidecar/flags';
import { pino } from 'pino';

import { AuthorityCertificate, DirectoryCertificate, type CertificateSource } from '../certs/source.ts';
import { injectConfig } from './inject-flags.ts';
import { namespacesFromFiles, policiesFromFiles } from './policy-files.ts';
import { publishedConfigMap } from '../policies/index.ts';
import { serveCluster, type ServeCluster } from './serve-cluster.ts';
import type { Webhook } from '../server/app.ts';
import { WebhookMetrics } from '../telemetry/metrics.ts';
import { mutate } from '../admission/mutate.ts';
import { publishToDirectory } from '../server/publish-directory.ts';
import { DEFAULT_NAMESPACE, DEFAULT_TIMEOUT_S, SERVE_SPEC, type ServeFlags } from './serve-flags.ts';
import { parseListen, type ListenAddress } from '../server/tls-server.ts';
import { WebhookServer } from '../server/webhook-server.ts';

function address(flag: string, text: string): ListenAddress {
  const parsed = parseListen(text);
  if (parsed === null) throw new UsageError(`${flag} ${JSON.stringify(text)}: expected HOST:PORT`);
  return parsed;
}

function standaloneWebhooks(flags: ServeFlags, metrics: WebhookMetrics): Readonly<Record<string, Webhook>> {
  const systemNamespace = flags.namespace ?? DEFAULT_NAMESPACE;
  const policies = policiesFromFiles(flags.policy, systemNamespace);
  const namespaces = namespacesFromFiles('--namespace-file', flags['namespace-file']);
  const folder = flags['publish-dir'];
  metrics.policies.set({ state: 'all' }, policies.size());
  return {
    '/mutate': (request) =>
      mutate(request, {
        namespace: (name) => namespaces.get(name) ?? { metadata: { name } },
        policies: policies.lookup,
        config: injectConfig(flags, systemNamespace),
        metrics,
        onInjected: (namespace, { name, mode }) => {
          if (folder === null) return;
          const effective = policies.effective(namespace, name, mode);
          if (effective.kind === 'found')
            publishToDirectory(folder, publishedConfigMap(namespace, effective.policy));
        },
      }),
  };
}

async function standaloneCertificates(flags: ServeFlags, host: string): Promise<CertificateSource> {
  const folder = flags['tls-dir'];
  if (folder !== null) return DirectoryCertificate.open(folder);
  const names = [
    ...new Set(['localhost', '127.0.0.1', ...(host === '0.0.0.0' || host === '::' ? [] : [host])]),
  ];
  const source = await AuthorityCertificate.alone(names, Date.now());
  if (flags['ca-file'] !== null) writeFileSync(flags['ca-file'], source.ca);
  return source;
}

/** Resolves at the first SIGTERM or SIGINT. */
function signal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, resolve);
  });
}

async function serveStandalone({ flags, listen, admin, log }: ServeCluster): Promise<void> {
  const metrics = new WebhookMetrics();
  const server = new WebhookServer({
    listen,
    admin,
    webhooks: standaloneWebhooks(flags, metrics),
    certificates: await standaloneCertificates(flags, listen.host),
    timeoutSeconds: flags['timeout-seconds'] ?? DEFAULT_TIMEOUT_S,
    servername: 'localhost',
    dependencies: () => null,
    metrics,
    log,
    now: Date.now,
    lingerMs: 0,
  });
  const bound = await server.start();
  log.info({ ...bound, standalone: true }, 'webhook listening');
  const name = await signal();
  log.info({ signal: name }, 'webhook draining');
  await server.stop();
}

/** Runs until a signal. @returns the exit status @throws UsageError, and system errors at startup */
export async function serveCommand(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  output: { readonly out: (text: string) => void },
): Promise<number> {
  const parsed = parseFlags(SERVE_SPEC, argv, env);
  if (parsed.kind === 'help') {
    output.out(parsed.text);
    return EXIT_OK;
  }
  const log = pino({ name: 'llm-boundary-webhook' });
  const { flags } = parsed;
  const listen = address('--listen', flags.listen ?? '[::]:8443');
  const admin = address('--admin', flags.admin ?? '[::]:8080');
  await (flags.standalone ? serveStandalone : serveCluster)({ flags, listen, admin, log, until: signal });
  return EXIT_OK;
}
