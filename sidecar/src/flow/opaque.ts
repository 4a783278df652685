import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import type { Recorded } from '../audit/record.ts';
import { permit, type Permitted } from '../controls/index.ts';
import { fallbackDialect } from '../dialects/index.ts';
import type { OpaqueRoute } from '../forward/opaque.ts';
import { acceptBody } from '../listeners/expectation.ts';
import type { Boundary, Target } from './boundary.ts';
import { recordAndRefuse } from './refuse.ts';
import { Passage, refusedOutcome, type Outcome, type Session } from './session.ts';

const PASS: Outcome = { verdict: 'pass', code: null, status: null, hits: [] };

/** A route that policy lists as carrying no prompt: recorded, then forwarded as it is. */
export async function exchangeOpaque(session: Session): Promise<void> {
  const { boundary, request, response } = session;
  let recorded: Recorded<Permitted<OpaqueRoute>>;
  try {
    recorded = await session.record(routeOf(session.target), 'ingress', PASS);
  } catch {
    return recordAndRefuse(session, fallbackDialect, 'close', session.refusal('audit_unavailable'), {
      unrecorded: true,
    });
  }
  response.once('close', () =>
    session.end(response.writableFinished ? 'completed' : 'client_aborted', response.statusCode),
  );
  acceptBody(request);
  boundary.opaque.web(request, response, recorded);
}

/** A WebSocket handshake: allowed only where policy lists the path, because nothing in it can be inspected. */
export async function upgradeOpaque(
  boundary: Boundary,
  request: IncomingMessage,
  { socket, head }: { readonly socket: Duplex; readonly head: Buffer },
  target: Target,
): Promise<void> {
  const passage = new Passage(boundary, request.method ?? 'GET', target);
  const { policy } = passage;
  const hostAllowed = target.host === null || policy?.action.allowsHost(target.host) === true;
  const allowed = policy !== null && hostAllowed && policy.endpoints.upgrades(target.path);
  passage.end(allowed ? 'completed' : 'refused', allowed ? 101 : 404);
  if (!allowed) {
    await passage.record(
      target,
      'ingress',
      refusedOutcome(policy === null ? 'policy_unavailable' : 'endpoint_not_allowed', 404),
    );
    refuseUpgrade(socket, passage.id);
    return;
  }
  boundary.opaque.upgrade(request, socket, head, await passage.record(routeOf(target), 'ingress', PASS));
}

function refuseUpgrade(socket: Duplex, decision: string): void {
  socket.end(
    `HTTP/1.1 404 Not Found\r\nllm-boundary-decision: ${decision}\r\nx-should-retry: false\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
  );
}

function routeOf(target: Target): Permitted<OpaqueRoute> {
  return permit({ origin: target.origin, path: target.url }, { kind: 'allow', hits: [] });
}
