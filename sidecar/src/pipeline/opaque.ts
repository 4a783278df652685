import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import type { Recorded } from '../audit/record/record.ts';
import { AuditUnavailable } from '../audit/log/unavailable.ts';
import { ANONYMOUS } from '../callers/index.ts';
import { permit, type Permitted } from '../controls/index.ts';
import { fallbackDialect, findDialect, type Dialect } from '../dialects/index.ts';
import { REFUSALS, type Hit, type Refusal, type RefusalCode } from '../exchange/index.ts';
import type { OpaqueRoute } from '../forward/opaque.ts';
import { hasBody } from '../http/body/body.ts';
import type { HostRefusal } from '../policy/compile/compiled-hosts.ts';
import { acceptBody } from '../http/body/expectation.ts';
import { recordEnd, recordLeft } from './reply/left-reply.ts';
import { anonymousHit, anonymousRefusal, asksCallers, identified, withhold } from './context/callers.ts';
import { hostDetail, hostHit, hostRefusal, hostsEnforced } from './context/hosts.ts';
import { observes } from './context/observe.ts';
import { mayRedirect } from './reply/redirect.ts';
import { prefixesOf } from './route.ts';
import { DECISION_HEADER, faultOf, recordAndRefuse } from './context/refuse.ts';
import {
  endOf,
  refusedOutcome,
  type ExchangeContext,
  type Outcome,
  type HttpExchange,
} from './context/exchange-context.ts';

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
    recorded = await exchange.record(routeOf(exchange, exchange.caller), 'ingress', PASS);
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

/** Handles a WebSocket handshake: allowed only if policy lists the path, because frames are not inspected. */
export async function upgradeOpaque(
  context: ExchangeContext,
  request: IncomingMessage,
  { socket, head }: { readonly socket: Duplex; readonly head: Buffer },
): Promise<void> {
  const { boundary, target, policy } = context;
  const caller =
    policy === null
      ? ANONYMOUS
      : await identified(policy, target.direction, request.headers, {
          nowMs: Date.now(),
          keySource: boundary.keySource,
          address: request.socket.remoteAddress ?? '',
        });
  const anonymous =
    policy === null ? null : anonymousHit(policy, { ...target, method: 'GET' }, caller.identity);
  if (policy !== null && asksCallers(policy, target.direction)) context.identify(caller.identity);
  if (policy !== null) withhold(request, caller, policy);
  const code = reasonAgainst(context, anonymous);
  const unlisted = context.policy === null ? null : hostRefusal(target, context.policy);
  const spoken = code === 'endpoint_not_allowed' ? dialectOverHttp(context) : null;
  const status = statusOf(code, spoken);
  context.end(code === null ? 'completed' : 'refused', status);
  try {
    if (code === null) {
      const noted = unlisted === null ? [] : [hostHit(unlisted, 'observe')];
      const outcome = { ...PASS, hits: [...(anonymous === null ? [] : [anonymous]), ...noted] };
      boundary.opaque.upgrade(
        request,
        socket,
        head,
        await context.record(routeOf(context, ''), 'ingress', outcome),
      );
      return;
    }
    await context.record(
      target,
      'ingress',
      refusedOutcome({ code }, status, hitsAgainst(code, unlisted, anonymous)),
    );
  } catch (error) {
    if (!(error instanceof AuditUnavailable)) throw error;
    refuseUpgrade(socket, context.refusal('audit_unavailable'), null);
    return;
  }
  const refusal = context.refusal(code, detailAgainst(code, target, { unlisted, spoken }));
  refuseUpgrade(
    socket,
    code === 'caller_not_verified' ? anonymousRefusal(refusal, caller.fault) : refusal,
    spoken,
  );
}

function hitsAgainst(code: RefusalCode, unlisted: HostRefusal | null, anonymous: Hit | null): readonly Hit[] {
  if (code === 'caller_not_verified') return anonymous === null ? [] : [anonymous];
  return code === 'host_not_allowed' && unlisted !== null ? [hostHit(unlisted, 'enforce')] : [];
}

/** The dialect that reads the same path over HTTP; null if there is none. */
function dialectOverHttp({ policy, target }: ExchangeContext): Dialect | null {
  const { path, query } = target;
  const prefixes = policy === null ? undefined : prefixesOf(target, policy);
  return findDialect({ method: 'POST', path, query }, prefixes)?.dialect ?? null;
}

function statusOf(code: RefusalCode | null, spoken: Dialect | null): number {
  if (code === null) return 101;
  return spoken === null ? REFUSALS[code].status : 426;
}

/** Why the handshake is refused; null if it is allowed. */
function reasonAgainst(
  { boundary, policy, target }: ExchangeContext,
  anonymous: Hit | null,
): RefusalCode | null {
  if (policy === null) return 'policy_unavailable';
  if (boundary.ledger.isBacklogged()) return 'audit_undelivered';
  if (anonymous?.mode === 'enforce') return 'caller_not_verified';
  if (hostRefusal(target, policy) !== null && hostsEnforced(policy)) return 'host_not_allowed';
  if (observes(policy)) return null;
  return policy.endpoints.upgrades(target.path) ? null : 'endpoint_not_allowed';
}

function detailAgainst(
  code: RefusalCode,
  target: ExchangeContext['target'],
  { unlisted, spoken }: { readonly unlisted: HostRefusal | null; readonly spoken: Dialect | null },
): string | null {
  if (code === 'host_not_allowed') return unlisted === null ? null : hostDetail(target, unlisted);
  if (code !== 'endpoint_not_allowed') return null;
  const { path } = target;
  const named = /^\/[\x21-\x7e]{0,200}$/.test(path) ? JSON.stringify(path) : 'its path';
  const instead = spoken === null ? '' : ', and the same path is over HTTP, with POST';
  return `endpoints.upgrade can list ${named}; a WebSocket is not inspected${instead}`;
}

/**
 * 426 if a dialect reads the path over HTTP: Codex falls back to HTTP at once for that status only, and repeats the handshake for any
 * other. The `upgrade` header, required in a 426 (RFC 9110 §15.5.22), names the protocol to use.
 */
function refuseUpgrade(socket: Duplex, refusal: Refusal, spoken: Dialect | null): void {
  const { status: usual, contentType, body } = (spoken ?? fallbackDialect).refuse(refusal);
  const status = spoken === null ? usual : 426;
  const challenge = refusal.challenge === undefined ? '' : `www-authenticate: ${refusal.challenge}\r\n`;
  const connection = spoken === null ? 'close' : 'upgrade, close\r\nupgrade: HTTP/1.1';
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${DECISION_HEADER}: ${refusal.decision}\r\n` +
      `${challenge}x-should-retry: ${REFUSALS[refusal.code].retry}\r\ncontent-type: ${contentType}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: ${connection}\r\n\r\n${body}`,
  );
}

function routeOf(context: ExchangeContext, caller: string): Permitted<OpaqueRoute> {
  const { origin, url: path } = context.target;
  return permit(
    {
      origin,
      path,
      caller,
      redirects: (host) => mayRedirect(context, host),
      connected: (peer) => context.connected(peer),
      isCarried: context.policy?.mode === 'observe',
    },
    { kind: 'allow', hits: [] },
  );
}
