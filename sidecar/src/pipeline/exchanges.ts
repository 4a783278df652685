import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { dialectOfPath, findDialect, looksLike, type FoundDialect, type Route } from '../dialects/index.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';
import type { CompiledMcpServer } from '../policy/compile/compiled-mcp.ts';
import type { Boundary, Target } from './boundary.ts';
import { hostHit, hostsEnforced } from './hosts.ts';
import { exchangeInspected } from './inspected.ts';
import { exchangeMcp } from './mcp/exchange.ts';
import { plainRefuser } from './mcp/asked.ts';
import { looksLikeMcp, mcpServerOf } from './mcp/route.ts';
import { exchangeOpaque, upgradeOpaque } from './opaque.ts';
import { recordAndRefuse, type Refuser } from './refuse.ts';
import { Passage, Session } from './session.ts';

/** The way of every exchange: may its host be dialled, which dialect inspects it, or does policy list its route. */
export class Exchanges {
  readonly #boundary: Boundary;

  constructor(boundary: Boundary) {
    this.#boundary = boundary;
  }

  handle(request: IncomingMessage, response: ServerResponse, target: Target): void {
    const session = new Session(this.#boundary, request, response, target);
    this.#run(session, decide(session));
  }

  /** A request that has no acceptable target. */
  refuseTarget(request: IncomingMessage, response: ServerResponse, target: Target, detail: string): void {
    const session = new Session(this.#boundary, request, response, target);
    this.#run(
      session,
      recordAndRefuse(
        session,
        dialectOfPath(target.path),
        'action',
        session.refusal('host_not_allowed', detail),
      ),
    );
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, target: Target): void {
    const passage = new Passage(this.#boundary, request.method ?? 'GET', target);
    upgradeOpaque(passage, request, { socket, head }).catch((error: unknown) => {
      this.#boundary.log.unexpected(passage.id, error);
      socket.destroy();
    });
  }

  #run(session: Session, work: Promise<void>): void {
    work.catch((error: unknown) => {
      this.#boundary.log.unexpected(session.id, error);
      session.response.destroy();
      session.end('upstream_failed', 500);
    });
  }
}

async function decide(session: Session): Promise<void> {
  const { policy, target } = session;
  const mcp = mcpServerOf(session);
  const found = mcp === null ? findDialect(routeOf(session)) : null;
  const dialect = mcp === null ? (found?.dialect ?? dialectOfPath(session.target.path)) : plainRefuser;
  if (policy === null)
    return recordAndRefuse(session, dialect, 'ingress', session.refusal('policy_unavailable'));
  if (mcp === null && target.host !== null && !policy.action.allowsHost(target.host)) {
    if (hostsEnforced(policy)) {
      return recordAndRefuse(session, dialect, 'action', session.refusal('host_not_allowed'), {
        hits: [hostHit('enforce')],
      });
    }
    await session.record(session, 'action', {
      verdict: 'allow',
      code: null,
      status: null,
      hits: [hostHit('observe')],
    });
  }
  return enter(session, policy, { dialect, mcp, found });
}

/** What an exchange turned out to be with. */
interface Party {
  readonly dialect: Refuser;
  readonly mcp: CompiledMcpServer | null;
  readonly found: FoundDialect | null;
}

/** The host may be dialled: within the limits, by the way of what it is. */
async function enter(
  session: Session,
  policy: CompiledPolicy,
  { dialect, mcp, found }: Party,
): Promise<void> {
  const exhausted = session.enter();
  if (exhausted !== null) {
    const refusal = session.refusal(
      'limit_exceeded',
      `limits: ${exhausted.limit}`,
      exhausted.retryAfterSeconds,
    );
    return recordAndRefuse(session, dialect, 'ingress', refusal);
  }
  if (mcp !== null) return exchangeMcp(session, policy, mcp);
  if (found !== null) return exchangeInspected(session, policy, found);
  const route = routeOf(session);
  if (looksLike(route) || looksLikeMcp(session, policy)) {
    const detail = 'the path is a variant spelling of an inspected endpoint; send it in its exact form';
    return recordAndRefuse(session, dialect, 'ingress', session.refusal('endpoint_not_allowed', detail));
  }
  const { endpoints } = policy;
  if (endpoints.passes(route.method, route.path) || endpoints.opaque === 'allow')
    return exchangeOpaque(session);
  return recordAndRefuse(session, dialect, 'ingress', session.refusal('endpoint_not_allowed'));
}

function routeOf({ method, target }: Session): Route {
  return { method, path: target.path, query: target.query };
}
