import type { LookupFunction } from 'node:net';

import type { AuditLog } from './audit/log/audit-log.ts';
import type { Config } from './config.ts';
import { ConversationMemory, McpMemory } from './controls/index.ts';
import { workloadFrom } from './exchange/index.ts';
import { afterMs, type Boundary } from './pipeline/context/boundary.ts';
import { targetOf } from './pipeline/context/target.ts';
import { CrossOrigin } from './pipeline/context/cross-origin.ts';
import { ReferenceMemory } from './pipeline/inspect/reference-memory.ts';
import { ServiceEnd } from './pipeline/context/service-end.ts';
import { createFaultRecorder } from './pipeline/connections/unparsed.ts';
import { Router } from './pipeline/router.ts';
import { Meter } from './pipeline/context/meter.ts';
import { createOutboundHandler, targetRules } from './listeners/outbound-handler.ts';
import { decisionOf, markBroken, refuseUnreached } from './pipeline/context/refuse.ts';
import { UNDELIVERED } from './pipeline/connections/connection.ts';
import { createOpaque } from './forward/opaque.ts';
import type { ConditionsWatch } from './conditions/index.ts';
import { KeySource } from './callers/index.ts';
import { lookupAt } from './forward/destination/name-servers.ts';
import { SocketTable } from './forward/destination/destination.ts';
import { createResolver } from './forward/destination/resolve.ts';
import { OutboundConnections } from './pipeline/connections/outbound-connections.ts';
import { createUpstream, UPSTREAM_DEFAULTS } from './forward/upstream.ts';
import { drainListeners, Shutdown } from './shutdown.ts';
import { endOnFault } from './process-faults.ts';
import { openOtlp } from './open-otlp.ts';
import { OpenRecord } from './open-record.ts';
import type { AdminPages } from './listeners/admin.ts';
import { RecentPage } from './recent-page.ts';
import { startInboundTcpListeners, warnOfClosedPorts } from './inbound-tcp-listeners.ts';
import { Canaries } from './listeners/canary.ts';
import { BodyBudget } from './http/body/body-budget.ts';
import { MemoryReturn } from './http/sockets/memory-return.ts';
import { startInbound } from './listeners/inbound.ts';
import { LISTENER_DEFAULTS } from './http/limits.ts';
import { startOutbound } from './listeners/outbound.ts';
import { Probes } from './listeners/probes/probe.ts';
import { addressOf, type Listener } from './http/server.ts';
import { formatProblem } from './policy/kinds/problem.ts';
import { Classifiers } from './classifier/index.ts';
import { StateServers } from './state/index.ts';
import { Shadow } from './pipeline/shadow/shadow.ts';
import { tellOfShadow } from './shadow-state.ts';
import { watchConditions } from './watched-conditions.ts';
import { watchPolicy, type WatchedPolicy } from './policy/files/watch.ts';
import type { OtlpExport } from './otlp/export.ts';
import { createLog, type Log } from './telemetry/log.ts';
import { OpenSchemas } from './telemetry/open-schemas.ts';
import { createTelemetry, type Metrics } from './telemetry/metrics.ts';
import { VERSION } from './version.ts';
import { letYoungGenerationGrow } from './young-generation.ts';

const LIMITS = LISTENER_DEFAULTS;
/** Connection pools of databases leave connections idle for hours; TCP keep-alive detects dead ones. */
/** For the last spans, within the time that the last records have. */
const LAST_SPANS_MS = 4_000;
const FAULT_SPANS_MS = 2_000;
const TUNNEL = { connectTimeoutMs: 5_000, idleTimeoutMs: 3_600_000 };

/** The admin listener, which is bound already, and what gives it its pages. */
export interface Admin {
  readonly listener: Listener;
  readonly serve: (pages: AdminPages) => void;
}

/** Services shared by the exchanges of all listeners. */
interface Stack {
  readonly config: Config;
  readonly log: Log;
  readonly telemetry: Metrics;
  readonly policy: WatchedPolicy;
  readonly ledger: AuditLog;
  readonly sealer: Boundary['sealer'];
  readonly meter: Meter;
  readonly conditions: ConditionsWatch;
  readonly recent: RecentPage;
  /** Null: the system's resolver. */
  readonly lookup: LookupFunction | null;
  readonly mcp: McpMemory;
  readonly references: ReferenceMemory;
  readonly conversations: ConversationMemory;
  readonly states: StateServers;
  readonly classifiers: Classifiers;
  readonly keySource: KeySource;
  readonly crossOrigin: CrossOrigin;
  readonly serviceEnd: ServiceEnd;
  readonly shadow: Shadow;
  /** Null: nothing is exported. */
  readonly otlp: OtlpExport | null;
}

/**
 * Builds and runs the whole stack: policy, record, upstreams, listeners, shutdown. Returns the exit code: 0 after a drain, 1 when the
 * record broke or after an uncaught fault. @throws UsageError, or the fault that prevented the start
 */
export async function runSidecar(config: Config, env: NodeJS.ProcessEnv, admin: Admin): Promise<number> {
  const log = createLog(config.logLevel);
  const telemetry = createTelemetry({ version: VERSION });
  const end = new Shutdown();
  endOnFault(log, (reason, code) => end.now(reason, code));
  // The first line of the record needs the policy's hash, and the record needs the policy's changes.
  let record: OpenRecord | null = null;
  let shadow: Shadow | null = null;
  const policy = watchPolicy(config.policyPath, {
    name: config.policyName,
    inboundPrefixes: config.inboundPrefixes,
    workload: workloadFrom(env),
    onLoaded: (loaded) => {
      const { name, generation, sha256, loadedAtMs } = loaded;
      warnOfClosedPorts(loaded, config, { log, telemetry });
      telemetry.policyLoaded(name, generation, sha256, loadedAtMs);
      log.policyLoaded(name, generation, sha256);
      record?.policyLoaded(loaded);
    },
    onRejected: (error) => {
      telemetry.policyRejected();
      record?.happened({ kind: 'policy_rejected', policy: config.policyName });
      log.policyRejected(config.policyPath, error.problems.map(formatProblem), policy.current() !== null);
    },
    onShadow: (loaded) => {
      tellOfShadow(loaded, config.policyPath, { log, telemetry });
      shadow?.changed();
    },
  });
  await policy.loaded;
  const lookup = config.nameServers === null ? null : lookupAt(config.nameServers);
  const broke = (): void => end.now('audit', 1);
  const recent = new RecentPage(policy, env);
  record = await OpenRecord.open({
    config,
    env,
    telemetry,
    policy,
    log,
    lookup,
    recent: recent.exchanges,
    broke,
  });
  const { ledger, sealer } = record;
  const otlp = await openOtlp(config, env, { telemetry, log, lookup });
  const mcp = new McpMemory();
  const references = new ReferenceMemory();
  const conversations = new ConversationMemory();
  const keySource = new KeySource({
    trust: config.trust,
    lookup,
    secretsDir: config.secretsDir,
    onFault: (place, reason) => log.keysFailed(place, reason),
    now: Date.now,
  });
  const asking = {
    secretsDir: config.secretsDir,
    ...{ trust: config.trust, lookup, telemetry, log },
    now: () => performance.now(),
  };
  const states = await StateServers.open(asking, policy.current());
  const classifiers = new Classifiers(asking);
  shadow = new Shadow({
    policy: policy.shadow,
    ...{ mcp, references, conversations, keySource, telemetry, log },
    append: (kind, fields) => ledger.append(kind, fields),
    now: () => performance.now(),
  });
  const stack: Stack = {
    ...{ config, log, telemetry, policy, ledger, sealer, recent },
    meter: new Meter(),
    conditions: watchConditions(config, telemetry, (condition, reason) =>
      record.happened({ kind: 'conditions_ceased', condition, reason }),
    ),
    ...{ mcp, references, conversations, states, classifiers, keySource },
    crossOrigin: new CrossOrigin(),
    serviceEnd: new ServiceEnd(),
    ...{ shadow, lookup, otlp },
  };
  const { listeners, settled } = await listen(stack, admin);
  letYoungGenerationGrow();
  const code = await end.reached;
  const endedMs = performance.now();
  log.draining(
    end.signal,
    listeners.reduce((open, listener) => open + listener.connections, 0),
  );
  // After a fault, requests in progress cannot be trusted to finish: they are cut, and the record is sealed.
  const graceMs = end.signal === 'fault' ? 0 : config.drainMs;
  await drainListeners(listeners, stack.serviceEnd, { graceMs, hurried: end.hurried });
  await settled();
  await shadow.close();
  await Promise.all([keySource.close(), states.close(), classifiers.close()]);
  const isFault = end.signal === 'fault';
  await Promise.all([record.close(isFault, endedMs), otlp?.close(isFault ? FAULT_SPANS_MS : LAST_SPANS_MS)]);
  policy.close();
  log.stopped(code);
  log.flush();
  return code;
}

async function listen(
  stack: Stack,
  admin: Admin,
): Promise<{ readonly listeners: readonly Listener[]; readonly settled: () => Promise<unknown> }> {
  const { config, log, telemetry, policy, ledger } = stack;
  const inbound = boundaryOf(stack, { guarded: false });
  const memory = new MemoryReturn();
  const bodies = new BodyBudget(config.bodyMemoryBytes, (bytes) => memory.released(bytes));
  const router = new Router(inbound);
  const listeners: Listener[] = [];
  for (const route of config.inbound) {
    const target = (url: string): ReturnType<typeof targetOf> =>
      targetOf(url, { origin: route.origin, host: null, direction: 'inbound' });
    const listener = await startInbound({
      listen: route.listen,
      limits: LIMITS,
      onFault: createFaultRecorder(inbound, 'inbound'),
      bodies,
      handler: {
        request: (request, response) => router.handle(request, response, target(request.url ?? '/')),
        upgrade: (request, socket, head) => router.upgrade(request, socket, head, target(request.url ?? '/')),
      },
    });
    log.listening('inbound', addressOf(listener), route.origin);
    listeners.push(listener);
  }
  const tcp = await startInboundTcpListeners(inbound, config, TUNNEL, LIMITS.maxConnections);
  listeners.push(...tcp.listeners);
  const settled: (() => Promise<void>)[] = [() => tcp.settled()];
  if (config.outbound !== null) {
    const outbound = boundaryOf(stack, { guarded: true });
    const lookup = createResolver({
      listsAddress: (address) => targetRules(outbound).listsAddress(address),
      lookup: stack.lookup,
    });
    const connections = new OutboundConnections(outbound, lookup);
    settled.push(() => connections.settled());
    const listener = await startOutbound({
      listen: config.outbound,
      limits: LIMITS,
      onFault: createFaultRecorder(outbound, 'outbound'),
      bodies,
      handler: createOutboundHandler(outbound, new Router(outbound)),
      rules: () => targetRules(outbound),
      connections,
      find: new SocketTable(process.getuid?.() ?? null).find,
      tunnel: { ...TUNNEL, lookup },
    });
    log.listening('outbound', addressOf(listener), null);
    listeners.push(listener);
  }
  const canaries = new Canaries(config.canaries);
  const probes = new Probes(config.probes);
  const tried = canaries.send();
  admin.serve({
    readiness: async () => {
      await tried;
      const reasons = [
        ...(policy.current() === null ? ['no valid policy is loaded: see the log'] : []),
        ...(ledger.healthy() ? [] : ['the audit log cannot be written']),
        ...(ledger.isBacklogged() ? [UNDELIVERED.text] : []),
        ...canaries.missing(),
      ];
      return { ready: reasons.length === 0, reasons };
    },
    metrics: async () => ({ contentType: telemetry.contentType, text: await telemetry.text() }),
    conditions: () => stack.conditions.report(),
    exchanges: (authorization, query) =>
      stack.recent.answer({ log: ledger.origin, keySource: stack.keySource }, authorization, query),
    canary: (token) => canaries.arrived(token),
    probe: (name, request) => probes.ask(name, request),
  });
  log.listening('admin', addressOf(admin.listener), null);
  return {
    listeners: [...listeners, admin.listener],
    settled: () => Promise.all(settled.map((each) => each())),
  };
}

/** Outbound names are resolved under guard; inbound there is only the address from the command line. */
function boundaryOf(stack: Stack, { guarded }: { readonly guarded: boolean }): Boundary {
  const { config, lookup, recent, states, classifiers, otlp, ...services } = stack;
  const { log, policy, ledger } = services;
  const lists = (address: string): boolean => policy.current()?.action.listsAddress(address) ?? false;
  const names = guarded ? createResolver({ listsAddress: lists, lookup }) : null;
  return {
    ...services,
    recent: recent.exchanges,
    tracing: otlp?.tracing ?? null,
    stateOf: (current) => states.of(current),
    classifierOf: (current) => classifiers.of(current),
    openSchemas: new OpenSchemas(log, services.telemetry),
    upstream: createUpstream({
      ...UPSTREAM_DEFAULTS,
      trust: config.trust,
      lookup: names,
      headersTimeoutMs: config.upstreamTimeoutMs,
      onFault: (error) => log.unexpected('', error),
    }),
    opaque: createOpaque({
      maxConnections: UPSTREAM_DEFAULTS.maxConnections,
      maxOfCaller: UPSTREAM_DEFAULTS.maxOfCaller,
      idleTimeoutMs: config.upstreamTimeoutMs,
      trust: config.trust,
      lookup: names,
      onError: (error, _request, response) => {
        log.upstreamFailed(decisionOf(response), error);
        refuseUnreached(response, error);
      },
      onBroken: markBroken,
      onUpgradeError: (error, _request, socket) => {
        log.upstreamFailed('', error);
        socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
      },
    }),
    now: () => performance.now(),
    later: afterMs,
    commitments: ledger.commitments,
    digests: ledger.digests,
    stallTimeoutMs: LIMITS.stallTimeoutMs,
  };
}
