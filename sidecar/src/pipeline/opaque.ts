import type { Recorded } from '../audit/record/record.ts';
import { permit, type Permitted } from '../controls/index.ts';
import { fallbackDialect } from '../dialects/index.ts';
import type { OpaqueRoute } from '../forward/opaque.ts';
import { hasBody } from '../http/body/body.ts';
import { acceptBody } from '../http/body/expectation.ts';
import { recordEnd, recordLeft } from './reply/left-reply.ts';
import { mayRedirect } from './reply/redirect.ts';
import { isBare, isEventStream } from './context/bare.ts';
import { traceOf } from './context/trace.ts';
import { DECISION_HEADER, faultOf, recordAndRefuse } from './context/refuse.ts';
import type { ExchangeContext, HttpExchange } from './context/exchange-context.ts';
import { endOf, type Outcome } from './context/outcome.ts';

const PASS: Outcome = { verdict: 'pass', code: null, status: null, hits: [] };

/** Servers may leave the body of these methods unread and parse it as the next request of the connection, which bypasses the controls. */
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'DELETE']);
const NO_BODY = 'a GET, HEAD, OPTIONS or DELETE on a route that is not inspected must have no body';

/** Handles a route that policy lists as carrying no prompt: recorded, then forwarded unchanged. */
export async function handleOpaque(exchange: HttpExchange): Promise<void> {
  const { boundary, request, response } = exchange;
  if (hasBody(request) && BODILESS.has(exchange.method)) {
    const refusal = exchange.refusal('request_malformed', NO_BODY);
    return recordAndRefuse(exchange, fallbackDialect, 'ingress', refusal);
  }
  let recorded: Recorded<Permitted<OpaqueRoute>>;
  try {
    recorded = await exchange.record(opaqueRoute(exchange, exchange.caller), 'ingress', PASS, {
      isBare: isBare(exchange),
    });
  } catch {
    return recordAndRefuse(exchange, fallbackDialect, 'close', exchange.refusal('audit_unavailable'), {
      unrecorded: true,
    });
  }
  response.once('close', () => {
    boundary.crossOrigin.learn(exchange.target.origin, request.headers.origin, (name) =>
      response.getHeader(name),
    );
    const fault = faultOf(response);
    if (fault === null && !response.writableFinished) recordLeft(exchange, null);
    if (exchange.ended) return;
    recordEnd(exchange, fault);
    exchange.end(fault === null ? 'completed' : endOf(fault), response.statusCode);
  });
  // http-proxy adds the upstream's headers to this one; a refusal of an unreachable upstream does the same.
  response.setHeader(DECISION_HEADER, exchange.id);
  acceptBody(request);
  boundary.opaque.web(request, response, recorded);
}

/** What is forwarded of a route or a handshake that is not inspected. */
export function opaqueRoute(context: ExchangeContext, caller: string): Permitted<OpaqueRoute> {
  const { origin, url: path } = context.target;
  return permit(
    {
      origin,
      path,
      caller,
      redirects: (host) => mayRedirect(context, host),
      connected: (peer) => context.connected(peer),
      began: (type) => {
        if (isEventStream(type)) context.passedUnread();
      },
      isCarried: context.policy?.mode === 'observe',
      ...traceOf(context),
    },
    { kind: 'allow', hits: [] },
  );
}
