import { createServer, request as httpRequest, type ClientRequest, type Server } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';

import { AuditUnavailable } from '../../audit/log/unavailable.ts';
import type { Ledger, Recorded } from '../../audit/record/record.ts';
import type { Decision } from '../../exchange/index.ts';
import type { ReplySink, Transfer } from '../../forward/transfer.ts';
import type { Upstream, UpstreamRequest } from '../../forward/upstream.ts';
import type { UpstreamError } from '../../forward/upstream-error.ts';
import { BodyBudget } from '../../http/body/body-budget.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { Boundary } from '../context/boundary.ts';
import { targetOf } from '../context/target.ts';
import { Router } from '../router.ts';
import { Live } from '../test-kit.ts';
import { ManualTime } from './manual-time.ts';
import { memoryConnection, type MemoryEnd } from './memory-connection.ts';

/** A ledger that keeps decisions in memory and whose next result a test sets. */
class StagedLedger implements Ledger {
  readonly decisions: Decision[] = [];
  /** Submitted decisions, durable or not. */
  readonly requested: Decision[] = [];
  fails: (decision: Decision) => boolean = () => false;
  /** Decisions for which this is true wait for `release`. */
  holds: (decision: Decision) => boolean = () => false;
  readonly #waiting: (() => void)[] = [];

  async record<T>(subject: T, decision: Decision, required: boolean): Promise<Recorded<T>> {
    this.requested.push(decision);
    await Promise.resolve();
    if (this.holds(decision)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.fails(decision) && required) throw new AuditUnavailable('broken');
    this.decisions.push(decision);
    return subject as Recorded<T>;
  }

  get isHolding(): boolean {
    return this.#waiting.length > 0;
  }

  release(): void {
    this.holds = () => false;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  healthy(): boolean {
    return true;
  }

  isBacklogged(): boolean {
    return false;
  }

  async close(): Promise<void> {
    // No files to close.
  }
}

/** One request as it reached the upstream. The test acts as the server through `sink`. */
export interface Forwarded {
  readonly request: UpstreamRequest;
  readonly sink: ReplySink;
  isAborted: boolean;
}

class StagedUpstream implements Upstream {
  readonly sent: Forwarded[] = [];
  /** Makes every request fail before `send` returns. */
  failsAtOnce: UpstreamError | null = null;

  send(request: Recorded<UpstreamRequest>, sink: ReplySink): Transfer {
    const forwarded: Forwarded = { request, sink, isAborted: false };
    this.sent.push(forwarded);
    if (this.failsAtOnce !== null) sink.error(this.failsAtOnce);
    return { resume: () => undefined, abort: () => void (forwarded.isAborted = true) };
  }

  sendFresh(request: Recorded<UpstreamRequest>, sink: ReplySink): Transfer {
    return this.send(request, sink);
  }

  async close(): Promise<void> {
    // No connections to close.
  }
}

/** The part of the reply that the client has. */
export interface ClientSide {
  readonly request: ClientRequest;
  status: number;
  body: string;
  /** The reply ended as HTTP defines, or the connection was aborted. */
  end: 'open' | 'complete' | 'broken';
  readonly socket: MemoryEnd;
}

export interface StageOptions {
  readonly policy: CompiledPolicy;
  /** Default: unlimited. */
  readonly bodyMemoryBytes?: number;
  readonly change?: Partial<Boundary>;
}

/** The pipeline from the parsed head to the upstream interface, in memory: the test controls clock, ledger, upstream and client. */
export class Stage {
  readonly ledger = new StagedLedger();
  readonly upstream = new StagedUpstream();
  readonly time = new ManualTime();
  readonly boundary: Boundary;
  readonly #server: Server;
  readonly #sockets = new Set<MemoryEnd>();
  readonly #live: Live;

  constructor({ policy, bodyMemoryBytes, change = {} }: StageOptions) {
    const { now, later } = this.time;
    const { ledger, upstream } = this;
    this.#live = new Live({ policy, change: { ledger, upstream, now, later, ...change } });
    this.boundary = this.#live.boundary;
    const router = new Router(this.boundary);
    const bodies = bodyMemoryBytes === undefined ? null : new BodyBudget(bodyMemoryBytes);
    this.#server = createServer((request, response) => {
      bodies?.watch(request, response);
      const way = { origin: 'http://model.test', host: null, direction: 'inbound' } as const;
      router.handle(request, response, targetOf(request.url ?? '/', way));
    });
  }

  /** Sends the head of a request; the body is left to the test. */
  ask(path: string, length: number): ClientSide {
    const [client, server] = memoryConnection();
    this.#sockets.add(client);
    const headers = {
      host: 'm',
      'content-type': 'application/json',
      'content-length': length,
      accept: 'application/json, text/event-stream',
    };
    const request = httpRequest({ method: 'POST', path, headers, createConnection: () => client });
    const side: ClientSide = { request, status: 0, body: '', end: 'open', socket: client };
    request.on('error', () => {
      if (side.end === 'open') side.end = 'broken';
    });
    request.on('response', (response) => {
      side.status = response.statusCode ?? 0;
      response.setEncoding('utf8');
      response.on('data', (text: string) => (side.body += text));
      response.once('end', () => (side.end = 'complete'));
      response.once('error', () => (side.end = 'broken'));
    });
    request.flushHeaders();
    this.#server.emit('connection', server);
    return side;
  }

  /** Value of one sample of a metric, labels included; 0 if absent. */
  async metric(sample: string): Promise<number> {
    const text = await this.#live.telemetry.text();
    const line = text.split('\n').find((each) => each.startsWith(`${sample} `));
    return line === undefined ? 0 : Number(line.slice(sample.length + 1));
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.boundary.opaque.close();
  }
}

/** Runs all pending work. */
export async function settled(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await turn();
}
