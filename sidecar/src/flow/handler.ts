import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

import { fallbackDialect, findDialect, looksLike } from '../dialects/index.ts';
import type { HttpHandler } from '../listeners/inbound.ts';
import type { Boundary, Target } from './boundary.ts';
import { exchangeInspected } from './inspected.ts';
import { exchangeOpaque, upgradeOpaque } from './opaque.ts';
import { recordAndRefuse } from './refuse.ts';
import { Session } from './session.ts';

/** Says where a request goes; a refusal's detail when it must not go anywhere. */
export type Resolve = (
  request: IncomingMessage,
) => Target | { readonly refused: string; readonly host: string };

/** The way of every exchange: which route is it, does policy list it, which dialect inspects it. */
export function createHandler(boundary: Boundary, resolve: Resolve): HttpHandler {
  return {
    request: (request, response) => {
      handle(boundary, resolve, request, response).catch((error: unknown) => {
        boundary.log.unexpected('', error);
        response.destroy();
      });
    },
    upgrade: (request, socket, head) => {
      handleUpgrade(boundary, resolve, request, { socket, head }).catch((error: unknown) => {
        boundary.log.unexpected('', error);
        socket.destroy();
      });
    },
  };
}

async function handle(
  boundary: Boundary,
  resolve: Resolve,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const resolved = resolve(request);
  if ('refused' in resolved) {
    const target: Target = {
      origin: '',
      path: request.url ?? '',
      query: '',
      host: resolved.host,
      direction: 'outbound',
    };
    const session = new Session(boundary, request, response, target);
    return recordAndRefuse(
      session,
      fallbackDialect,
      'action',
      session.refusal('host_not_allowed', resolved.refused),
    );
  }
  const session = new Session(boundary, request, response, resolved);
  const route = { method: request.method ?? '', path: resolved.path, query: resolved.query };
  const found = findDialect(route);
  const dialect = found?.dialect ?? fallbackDialect;
  if (session.policy === null)
    return recordAndRefuse(session, dialect, 'ingress', session.refusal('policy_unavailable'));
  const exhausted = session.enter();
  if (exhausted !== null) {
    const detail = `limits: ${exhausted.limit}`;
    return recordAndRefuse(
      session,
      dialect,
      'ingress',
      session.refusal('limit_exceeded', detail, exhausted.retryAfterSeconds),
    );
  }
  if (found !== null) return exchangeInspected(session, session.policy, found);
  const { endpoints } = session.policy;
  if (looksLike(route)) {
    const detail = 'the path is a variant spelling of an inspected endpoint; send it in its exact form';
    return recordAndRefuse(session, dialect, 'ingress', session.refusal('endpoint_not_allowed', detail));
  }
  if (endpoints.passes(route.method, route.path) || endpoints.opaque === 'allow')
    return exchangeOpaque(session);
  return recordAndRefuse(session, dialect, 'ingress', session.refusal('endpoint_not_allowed'));
}

async function handleUpgrade(
  boundary: Boundary,
  resolve: Resolve,
  request: IncomingMessage,
  { socket, head }: { readonly socket: Duplex; readonly head: Buffer },
): Promise<void> {
  const target = resolve(request);
  const policy = boundary.policy.current();
  const allowed = policy !== null && !('refused' in target) && policy.endpoints.upgrades(target.path);
  await upgradeOpaque(boundary, request, { socket, head }, allowed ? target : null);
}
