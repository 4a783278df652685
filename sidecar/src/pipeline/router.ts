import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { unreachable } from '../controls/index.ts';
import { dialectOfPath } from '../dialects/index.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';
import { admitCaller } from './caller.ts';
import type { Boundary } from './context/boundary.ts';
import type { Target } from './context/target.ts';
import { ExchangeContext, HttpExchange } from './context/exchange-context.ts';
import { outcomeOf } from './context/outcome.ts';
import { limitRule, type Exhausted } from './context/meter.ts';
import { observedHit, observes } from './context/observe.ts';
import { handleObserved, handlePassed } from './observe/observed-request.ts';
import { handleOpaque } from './opaque.ts';
import { BACKLOGGED, recordAndRefuse } from './context/refuse.ts';
import { handleInspected } from './request.ts';
import { rendererOf, routeOf, type Route } from './route.ts';
import { upgradeOpaque } from './upgrade.ts';

/** Dispatches every exchange to the handler of its route. */
export class Router {
  readonly #boundary: Boundary;

  constructor(boundary: Boundary) {
    this.#boundary = boundary;
  }

  handle(request: IncomingMessage, response: ServerResponse, target: Target): void {
    const exchange = new HttpExchange(this.#boundary, request, response, target);
    const { id, method, policy: live, caller } = exchange;
    const { headers } = request;
    exchange.shadow = this.#boundary.shadow?.begin({ id, method, target, headers, caller, live }) ?? null;
    this.#run(exchange, handle(exchange));
  }

  /** Refuses a request without an acceptable target. */
  refuseTarget(request: IncomingMessage, response: ServerResponse, target: Target, detail: string): void {
    const exchange = new HttpExchange(this.#boundary, request, response, target);
    const refusal = exchange.refusal('host_not_allowed', detail);
    this.#run(exchange, recordAndRefuse(exchange, dialectOfPath(target.path), 'action', refusal));
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, target: Target): void {
    const context = new ExchangeContext(this.#boundary, request.method ?? 'GET', target);
    upgradeOpaque(context, request, { socket, head }).catch((error: unknown) => {
      this.#boundary.log.unexpected(context.id, error);
      socket.destroy();
    });
  }

  #run(exchange: HttpExchange, work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#boundary.log.unexpected(exchange.id, error);
      exchange.response.destroy();
      exchange.end('upstream_failed', 500);
    });
  }
}

async function handle(exchange: HttpExchange): Promise<void> {
  const { policy, method } = exchange;
  const { url, path, query, host } = exchange.target;
  const target = { method, url, path, query, host };
  if (policy === null) {
    const refusal = exchange.refusal('policy_unavailable');
    return recordAndRefuse(exchange, rendererOf(target), 'ingress', refusal);
  }
  if (exchange.boundary.ledger.isBacklogged()) {
    const refusal = exchange.refusal('audit_undelivered', BACKLOGGED);
    return recordAndRefuse(exchange, rendererOf(target), 'ingress', refusal);
  }
  if (!(await admitCaller(exchange, policy, rendererOf(target)))) return;
  const taken = routeOf(target, exchange.request.headers, policy);
  if (taken.kind === 'refuse') {
    if (taken.code === 'host_not_allowed') return refuse(exchange, taken);
  } else if (taken.hits.length > 0) {
    const noted = { verdict: 'allow', code: null, status: null, hits: taken.hits } as const;
    await exchange.record(exchange, 'action', noted, EARLY);
  }
  return enter(exchange, policy, taken);
}

/** Its request was not looked at yet. */
const EARLY = { isEarly: true } as const;

/** The policy key of each limit below its section, for the refusal. */
const LIMIT_KEYS: Readonly<Record<Exhausted['limit'], string>> = {
  'requests-per-minute': 'requestsPerMinute',
  'tokens-per-minute': 'tokensPerMinute',
  concurrent: 'concurrent',
};

/** Handles a request to an allowed host: takes a place under the limits, then follows the route. */
async function enter(exchange: HttpExchange, policy: CompiledPolicy, taken: Route): Promise<void> {
  const { caller: address, identity } = exchange;
  const caller = { address, identity };
  const exhausted = exchange.enter(caller) ?? (await exchange.enterShared(caller));
  if (exhausted === 'unreachable') {
    const verdict = unreachable(
      { kind: 'allow', hits: [] },
      observes(policy) ? 'local' : policy.state?.onUnreachable,
    );
    if (verdict.kind === 'block') {
      const refusal = exchange.refusal(verdict.code, verdict.detail, verdict.retryAfterSeconds);
      return recordAndRefuse(exchange, refusalsOf(exchange, taken), 'ingress', refusal, {
        hits: verdict.hits,
      });
    }
    await exchange.record(exchange, 'ingress', outcomeOf(verdict, null), EARLY);
    return follow(exchange, policy, taken);
  }
  if (exhausted !== null && observes(policy)) {
    const hits = [observedHit('ingress', limitRule(exhausted), 'limit_exceeded')];
    const noted = { verdict: 'allow', code: null, status: null, hits } as const;
    await exchange.record(exchange, 'ingress', noted, EARLY);
  } else if (exhausted !== null) {
    const { limit, isOfCaller, retryAfterSeconds } = exhausted;
    const key = `limits.${isOfCaller ? 'perCaller.' : ''}${LIMIT_KEYS[limit]}`;
    const refusal = exchange.refusal(
      'limit_exceeded',
      `${key} of the policy would allow more`,
      retryAfterSeconds,
    );
    return recordAndRefuse(exchange, refusalsOf(exchange, taken), 'ingress', refusal);
  }
  return follow(exchange, policy, taken);
}

function follow(exchange: HttpExchange, policy: CompiledPolicy, taken: Route): Promise<void> {
  switch (taken.kind) {
    case 'refuse':
      return refuse(exchange, taken);
    case 'inspect':
      return observes(policy)
        ? handleObserved(exchange, policy, taken.inspector)
        : handleInspected(exchange, policy, taken.inspector);
    case 'opaque':
      return observes(policy)
        ? handlePassed(exchange, dialectOfPath(exchange.target.path))
        : handleOpaque(exchange);
    default:
      return taken satisfies never;
  }
}

function refuse(
  exchange: HttpExchange,
  { refusals, control, code, detail, hits }: Extract<Route, { readonly kind: 'refuse' }>,
): Promise<void> {
  return recordAndRefuse(exchange, refusals, control, exchange.refusal(code, detail), { hits });
}

function refusalsOf({ target }: HttpExchange, taken: Route): Parameters<typeof recordAndRefuse>[1] {
  if (taken.kind === 'refuse') return taken.refusals;
  return taken.kind === 'inspect' ? taken.inspector.refusals : dialectOfPath(target.path);
}
