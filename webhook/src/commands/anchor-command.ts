import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

import { FleetLog } from '@llm-boundary/sidecar/audit/fleet';
import { EXIT_FAILED, EXIT_OK, parseFlags, UsageError } from '@llm-boundary/sidecar/flags';
import { pino, type Logger } from 'pino';

import { Anchor } from '../anchor/anchor.ts';
import { AnchorServer } from '../anchor/anchor-server.ts';
import { EventPlaces } from '../anchor/event-places.ts';
import { EventSeries } from '../anchor/event-series.ts';
import { NoticeDesk } from '../anchor/notice-desk.ts';
import { PodTable } from '../anchor/pod-table.ts';
import { Registry } from '../anchor/registry.ts';
import { Tokens } from '../anchor/tokens.ts';
import { happeningOf } from '../cloud-events/cloud-event.ts';
import { DirectoryCertificate, type CertificateSource } from '../certs/source.ts';
import { anchorKey } from '../kube/anchor-key.ts';
import { CaSecret } from '../kube/ca-secret.ts';
import { connect } from '../kube/connection.ts';
import { ClusterCertificate } from '../kube/cluster-certificate.ts';
import { writeEvent } from '../kube/events.ts';
import { PodEvents } from '../kube/pod-events.ts';
import { Reflector } from '../kube/reflector.ts';
import type { Rest } from '../kube/rest.ts';
import { reviewToken } from '../kube/token-review.ts';
import { TrustConfigMap } from '../kube/trust-config-map.ts';
import { DEFAULT_CONFIG } from '../inject/index.ts';
import { parseListen, type ListenAddress } from '../server/tls-server.ts';
import { AnchorMetrics } from '../telemetry/anchor-metrics.ts';
import { outboxOf } from './cloud-events.ts';
import { ANCHOR_SPEC, type AnchorFlags } from './anchor-flags.ts';
import { DEFAULT_NAMESPACE } from './serve-flags.ts';

/** Name under which heads are countersigned. */
const SIGNER = 'llm-boundary-anchor';

interface Deps {
  readonly rest: Rest;
  readonly log: Logger;
  readonly env: NodeJS.ProcessEnv;
  /** Resolves when the process must exit. */
  readonly until: () => Promise<string>;
}

/** Runs until a signal, or until the fleet log breaks. @returns the exit status @throws UsageError, and errors that prevent the start */
export async function anchorCommand(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  output: { readonly out: (text: string) => void },
): Promise<number> {
  const parsed = parseFlags(ANCHOR_SPEC, argv, env);
  if (parsed.kind === 'help') {
    output.out(parsed.text);
    return EXIT_OK;
  }
  // Standard output is for the fleet log.
  const log = pino({ name: 'llm-boundary-anchor' }, pino.destination(2));
  return runAnchor(parsed.flags, { rest: connect(), log, env, until: signal });
}

/** @returns the exit status */
async function runAnchor(flags: AnchorFlags, { rest, log, env, until }: Deps): Promise<number> {
  const namespace = flags.namespace ?? DEFAULT_NAMESPACE;
  const now = Date.now;
  const metrics = new AnchorMetrics();
  const registry = new Registry();
  const pods = new PodTable(now);
  let broke: () => void = () => undefined;
  const broken = new Promise<string>((resolve) => (broke = () => resolve('broken')));
  const fleetLog = await FleetLog.open({
    dir: flags.dir,
    limitBytes: (flags['limit-mebibytes'] ?? DEFAULT_LIMIT_MIB) * 2 ** 20,
    privateKey: await keyOf(flags, rest, namespace),
    name: SIGNER,
    version: DEFAULT_CONFIG.version,
    env: { ...env, LLM_BOUNDARY_POD_NAMESPACE: namespace },
    host: hostname(),
    otlpEndpoint: flags['otlp-endpoint'],
    otlpCredentials: flags['otlp-credentials'],
    telemetry: metrics.fleetLog,
    warn: (text) => log.warn(text),
    broke,
    replay: (line) => registry.replay(line, now()),
  });
  log.info({ key: fleetLog.key, fleetLog: fleetLog.origin, logs: registry.size }, 'fleet log opened');
  const watch = new Reflector(rest, {
    path: '/api/v1/pods',
    onSet: (object) => pods.set(object),
    onDelete: (podNamespace, name) => pods.delete(podNamespace, name),
    onError: (error) => log.warn({ err: error }, 'reading pods failed; retrying'),
  });
  const outbox = await outboxOf(flags, { metrics, log });
  const events = new EventSeries({
    writer: new PodEvents(rest, hostname()),
    wrote: (result) => metrics.events.inc({ result }),
    onError: (error) => log.warn({ err: error }, 'Event not written'),
    now,
  });
  const silent = new EventPlaces(now());
  const anchor = new Anchor({
    fleetLog,
    registry,
    pods,
    podsListed: () => {
      if (watch.lastEventMs !== null) metrics.listAge.set((now() - watch.lastEventMs) / 1000);
      return watch.synced;
    },
    tell: (pod, reason, message) => {
      const type = TYPE_OF[reason];
      outbox?.add({ type, pod, data: { message }, timeMs: now() });
      if (reason === 'RecordSilent' && !silent.take(pod, now())) {
        metrics.events.inc({ result: 'limited' });
        return Promise.resolve();
      }
      return writeEvent(
        rest,
        { kind: 'Pod', namespace: pod.namespace, name: pod.name, component: SIGNER },
        reason,
        message,
        now(),
      );
    },
    events,
    metrics,
    log,
    now,
  });
  const names = namesOf(flags.service ?? 'llm-boundary-anchor', namespace);
  const server = new AnchorServer({
    listen: address('--listen', flags.listen ?? '[::]:8443'),
    admin: address('--admin', flags.admin ?? '[::]:8080'),
    anchor,
    notices: new NoticeDesk({
      events,
      told: (pod, notice) => outbox?.add(happeningOf(pod, notice, now())),
      now,
    }),
    tokens: new Tokens((token) => reviewToken(rest, token), now),
    certificates: await certificatesOf(flags, rest, namespace, names),
    servername: names[0] ?? 'localhost',
    dependencies: () => (fleetLog.healthy() ? null : 'the fleet log cannot be written'),
    metrics,
    log,
    now,
  });
  const watched = watch.run();
  anchor.start();
  log.info(await server.start(), 'anchor listening');
  const reason = await Promise.race([until(), broken]);
  log.info({ reason }, 'anchor draining');
  anchor.stop();
  watch.stop();
  await server.stop();
  const { undelivered, kept } = (await outbox?.close(LAST_EVENTS_MS)) ?? { undelivered: 0, kept: true };
  if (undelivered > 0)
    log.warn({ undelivered }, kept ? 'CloudEvents wait for the next start' : 'CloudEvents are lost');
  await fleetLog.close();
  await watched;
  return reason === 'broken' ? EXIT_FAILED : EXIT_OK;
}

/** Within the 30 seconds that the chart gives the pod. */
const LAST_EVENTS_MS = 5_000;
const DEFAULT_LIMIT_MIB = 4_096;
const TYPE_OF = { RecordSilent: 'record.silent.v1', RecordContradicted: 'record.contradicted.v1' } as const;

async function keyOf(flags: AnchorFlags, rest: Rest, namespace: string): Promise<KeyObject> {
  const file = flags['key-file'];
  return file === null
    ? anchorKey(rest, namespace, flags['key-secret'] ?? 'llm-boundary-anchor-key')
    : createPrivateKey(readFileSync(file));
}

async function certificatesOf(
  flags: AnchorFlags,
  rest: Rest,
  namespace: string,
  names: readonly string[],
): Promise<CertificateSource> {
  const trust = new TrustConfigMap(rest, namespace);
  const folder = flags['tls-dir'];
  if (folder === null)
    return ClusterCertificate.open(
      new CaSecret(rest, namespace, flags['ca-secret'] ?? 'llm-boundary-anchor-ca'),
      trust,
      names,
      Date.now(),
    );
  const source = await DirectoryCertificate.open(folder);
  await trust.trust(source.ca ?? source.pair.certificate, Date.now());
  return {
    get pair() {
      return source.pair;
    },
    get ca() {
      return source.ca;
    },
    async refresh(nowMs) {
      const changed = await source.refresh(nowMs);
      await trust.trust(source.ca ?? source.pair.certificate, nowMs);
      return changed;
    },
  };
}

function namesOf(service: string, namespace: string): readonly string[] {
  return [`${service}.${namespace}.svc`, `${service}.${namespace}`, 'localhost', '127.0.0.1'];
}

/** @throws UsageError */
function address(flag: string, text: string): ListenAddress {
  const parsed = parseListen(text);
  if (parsed === null) throw new UsageError(`${flag} ${JSON.stringify(text)}: expected HOST:PORT`);
  return parsed;
}

function signal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, resolve);
  });
}
