import { fileURLToPath } from 'node:url';

import { EXIT_OK, parseFlags, UsageError, type CommandSpec } from '@llm-boundary/sidecar/flags';
import { pino, type Logger } from 'pino';

import { Answers } from '../console/answers.ts';
import { consoleApp } from '../console/app.ts';
import { LabRuns } from '../console/lab-runs.ts';
import { Prometheus } from '../console/history/prometheus.ts';
import { SidecarClient } from '../console/sidecar-client.ts';
import { Sights } from '../console/sight/sight.ts';
import { ClusterState } from '../kube/cluster.ts';
import { connect } from '../kube/connection.ts';
import { requestToken, reviewsOf } from '../kube/reviews.ts';
import { AdminServer, parseListen } from '../server/tls-server.ts';
import { clusterSource } from './cluster-source.ts';
import { DEFAULT_NAMESPACE } from './serve-flags.ts';

/** Built beside the commands. */
const PAGE = fileURLToPath(new URL('../page/', import.meta.url));

export const CONSOLE_SPEC = {
  command: 'llm-boundary-webhook console',
  describe:
    'Serves a read-only web page: the LLM workloads of the cluster, what their sidecars decided and why, their policies, and a lab for policies. Whoever may list the pods of a namespace sees that namespace. It never writes to the cluster.',
  flags: [
    {
      name: 'listen',
      env: 'LLM_BOUNDARY_LISTEN',
      kind: 'text',
      value: 'HOST:PORT',
      describe: 'Listen address of the page, /healthz and /readyz (plain HTTP). Default: [::]:8080.',
    },
    {
      name: 'namespace',
      env: 'LLM_BOUNDARY_NAMESPACE',
      kind: 'label',
      value: 'NAME',
      describe: "The webhook's namespace, where policies live. Default: llm-boundary.",
    },
    {
      name: 'account',
      env: 'LLM_BOUNDARY_CONSOLE_ACCOUNT',
      kind: 'text',
      value: 'NAME',
      describe:
        'Service account in that namespace whose tokens sidecars accept: --console-account of the webhook. Default: llm-boundary-console.',
    },
    {
      name: 'prometheus',
      env: 'LLM_BOUNDARY_PROMETHEUS',
      kind: 'text',
      value: 'URL',
      describe:
        'Prometheus server that scrapes the sidecars, with their namespace and pod as labels: http://prometheus.monitoring:9090. The page of a workload then has its last 24 hours. Default: none is asked.',
    },
  ],
} as const satisfies CommandSpec;

/** Runs until a signal. @returns the exit status @throws UsageError, KubeError */
export async function consoleCommand(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  { out, version }: { readonly out: (text: string) => void; readonly version: () => string },
): Promise<number> {
  const parsed = parseFlags(CONSOLE_SPEC, argv, env);
  if (parsed.kind === 'help') {
    out(parsed.text);
    return EXIT_OK;
  }
  const { flags } = parsed;
  const text = flags.listen ?? '[::]:8080';
  const listen = parseListen(text);
  if (listen === null) throw new UsageError(`--listen ${JSON.stringify(text)}: expected HOST:PORT`);
  const prometheus = flags.prometheus === null ? null : addressOf(flags.prometheus);
  const log: Logger = pino({ name: 'llm-boundary-console' });
  const namespace = flags.namespace ?? DEFAULT_NAMESPACE;
  const account = { namespace, name: flags.account ?? 'llm-boundary-console' };
  const rest = connect();
  const state = new ClusterState(
    rest,
    namespace,
    () => undefined,
    (error) => log.warn({ err: error }, 'reading the cluster failed; retrying'),
  );
  const source = clusterSource({
    state,
    sidecars: new SidecarClient((audience) => requestToken(rest, account, audience), Date.now),
    send: (path) => rest.send({ method: 'GET', path }),
    systemNamespace: namespace,
    prometheus: prometheus === null ? null : new Prometheus(prometheus, Date.now),
    now: Date.now,
  });
  const app = consoleApp({
    sights: new Sights(reviewsOf(rest), Date.now),
    answers: new Answers(source, Date.now, new LabRuns()),
    version: version(),
    page: PAGE,
    onError: (error) => log.error({ err: error }, 'request failed'),
    readiness: () => (state.complete() ? null : 'the cluster is not listed yet'),
  });
  const server = new AdminServer(app);
  state.start();
  log.info(await server.listen(listen), 'console listening');
  log.info({ reason: await signal() }, 'console draining');
  await server.close();
  await state.stop();
  return EXIT_OK;
}

/** @throws UsageError */
function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const surplus = url === null ? '' : url.username + url.password + url.search + url.hash;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || surplus !== '')
    throw new UsageError(
      `--prometheus ${JSON.stringify(text)}: expected http://HOST:PORT or https://HOST, with or without a path`,
    );
  return url;
}

function signal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, resolve);
  });
}
