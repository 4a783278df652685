import { keySource } from '../callers/testing/key-source.ts';
import { once } from 'node:events';
import { createServer, request as httpRequest, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { AuditUnavailable } from '../audit/log/unavailable.ts';
import type { Ledger, Recorded } from '../audit/record/record.ts';
import { ConditionsWatch } from '../conditions/index.ts';
import { ConversationMemory, McpMemory } from '../controls/index.ts';
import type { Decision } from '../exchange/index.ts';
import { createOpaque } from '../forward/opaque.ts';
import { createUpstream, UPSTREAM_DEFAULTS } from '../forward/upstream.ts';
import { BodyBudget } from '../http/body/body-budget.ts';
import { LISTENER_DEFAULTS } from '../http/limits.ts';
import { startServer, type Listener } from '../http/server.ts';
import { JUDGING, SCANNING } from '../policy/compile/builtin-detectors.ts';
import { compile } from '../policy/compile/compile.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';
import { parsePolicy } from '../policy/document/parse.ts';
import { effectivePolicy } from '../policy/layers/effective.ts';
import { createLog } from '../telemetry/log.ts';
import { OpenSchemas } from '../telemetry/open-schemas.ts';
import { createTelemetry, type Metrics } from '../telemetry/metrics.ts';
import { afterMs, type Boundary } from './context/boundary.ts';
import { targetOf } from './context/target.ts';
import { CrossOrigin } from './context/cross-origin.ts';
import { Meter } from './context/meter.ts';
import { ReferenceMemory } from './inspect/reference-memory.ts';
import { ServiceEnd } from './context/service-end.ts';
import { refuseUnreached } from './context/refuse.ts';
import { Router } from './router.ts';

/** A policy from its YAML, without `version`. */
export function policyOf(yaml: string, inboundPrefixes: readonly string[] = []): CompiledPolicy {
  const parsed = parsePolicy(`version: 1\n${yaml}`, 'test');
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const policy = effectivePolicy({ workload: parsed.document });
  // A machine that is slow for a moment must not change a verdict: the default budget of time is for users.
  const isTimed = yaml.includes('detectorMs');
  const limits = isTimed ? policy.limits : { ...policy.limits, detectorMs: 60_000 };
  return compile(
    { ...policy, limits },
    {
      name: 'test',
      generation: 1,
      loadedAtMs: 0,
      fingerprints: new Map(),
      inboundPrefixes,
      // Most suites scan little, and hold no stream: what their texts need is built when they come.
      detectors: isTimed ? SCANNING : JUDGING,
    },
  );
}

/** Keeps decisions in memory; rejects those that `fails` selects. */
class MemoryLedger implements Ledger {
  readonly decisions: Decision[] = [];
  fails: (decision: Decision) => boolean = () => false;
  backlogged = false;

  async record<T>(subject: T, decision: Decision, required: boolean): Promise<Recorded<T>> {
    await Promise.resolve();
    if (this.fails(decision) && required) throw new AuditUnavailable('broken');
    this.decisions.push(decision);
    return subject as Recorded<T>;
  }

  healthy(): boolean {
    return true;
  }

  isBacklogged(): boolean {
    return this.backlogged;
  }

  async close(): Promise<void> {
    // No files to close.
  }
}

export interface LiveOptions {
  readonly policy: CompiledPolicy | null;
  /** Default: inbound. */
  readonly host?: string | null;
  /** Default: not bounded. */
  readonly bodyMemoryBytes?: number;
  readonly change?: Partial<Boundary>;
}

/** A sidecar in this process, on real sockets, in front of a server that the test scripts. */
export class Live {
  readonly ledger = new MemoryLedger();
  readonly telemetry: Metrics;
  readonly conditions = new ConditionsWatch({ clock: () => 0, seesOutbound: true, onBreak: () => undefined });
  readonly boundary: Boundary;
  /** How the server answers the next requests. */
  answer: RequestListener = (_request, response) => void response.writeHead(500).end();
  policy: CompiledPolicy | null;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #listener: Listener | null = null;
  readonly #options: LiveOptions;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.policy = options.policy;
    this.telemetry = createTelemetry({ process: false });
    this.#server = createServer((request, response) => this.answer(request, response));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.boundary = {
      policy: { current: () => this.policy },
      ledger: this.ledger,
      telemetry: this.telemetry,
      log: createLog('silent'),
      upstream: createUpstream(UPSTREAM_DEFAULTS),
      opaque: createOpaque({
        maxConnections: 4,
        idleTimeoutMs: 10_000,
        trust: null,
        lookup: null,
        onError: (error, _request, response) => refuseUnreached(response, error),
        onUpgradeError: (_error, _request, socket) => socket.destroy(),
      }),
      meter: new Meter(),
      conditions: this.conditions,
      mcp: new McpMemory(),
      references: new ReferenceMemory(),
      conversations: new ConversationMemory(),
      stateOf: () => null,
      classifierOf: () => null,
      openSchemas: new OpenSchemas({ warning: () => undefined }, this.telemetry),
      keySource: keySource(),
      crossOrigin: new CrossOrigin(),
      serviceEnd: new ServiceEnd(),
      shadow: null,
      tracing: null,
      now: () => performance.now(),
      later: afterMs,
      commitments: null,
      digests: null,
      sealer: null,
      stallTimeoutMs: LISTENER_DEFAULTS.stallTimeoutMs,
      ...options.change,
    };
  }

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const router = new Router(this.boundary);
    const { host = null, bodyMemoryBytes } = this.#options;
    const way = {
      origin: this.serverOrigin,
      host,
      direction: host === null ? 'inbound' : 'outbound',
    } as const;
    this.#listener = await startServer({
      listen: { host: '127.0.0.1', port: 0 },
      limits: LISTENER_DEFAULTS,
      ...(bodyMemoryBytes === undefined ? {} : { bodies: new BodyBudget(bodyMemoryBytes) }),
      handler: {
        request: (request, response) => router.handle(request, response, targetOf(request.url ?? '/', way)),
        upgrade: (request, socket, head) =>
          router.upgrade(request, socket, head, targetOf(request.url ?? '/', way)),
      },
    });
    return this;
  }

  get serverOrigin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get port(): number {
    return this.#listener?.address.port ?? 0;
  }

  /** Cuts the connections of the server. */
  cutServer(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    await this.#listener?.close();
    this.cutServer();
    this.#server.close();
    this.boundary.opaque.close();
    await this.boundary.upstream.close();
  }
}

export interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  /** The connection broke before the reply was complete. */
  readonly isBroken: boolean;
}

export interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | null;
}

/** Sends one request and collects the whole response. */
export function send(port: number, { method = 'POST', path, headers = {}, body = null }: Sent): Promise<Got> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, method, path, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        const settle = (isBroken: boolean): void => {
          const text = Buffer.concat(chunks).toString('latin1');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text, isBroken });
        };
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('end', () => settle(false));
        response.once('error', () => settle(true));
      },
    );
    request.once('error', reject);
    request.end(body ?? undefined);
  });
}
