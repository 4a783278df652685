import { REFUSALS, type Decision, type Hit, type Refusal } from '../../exchange/index.ts';
import { STATUS_CODES, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';

import type { RenderedResponse } from '../../dialects/dialect.ts';
import { fallbackDialect } from '../../dialects/index.ts';
import { UnsupportedMember } from '../../dialects/unsupported-member.ts';
import { UpstreamError, type UpstreamErrorCode } from '../../forward/upstream-error.ts';
import { BodyError } from '../../http/body/body.ts';
import type { HttpExchange } from './exchange-context.ts';
import { endOf, refusedOutcome } from './outcome.ts';
import type { Facts } from './facts.ts';
import type { RefusalRenderer, UnreadableRequest } from '../inspect/inspector.ts';
import { ServiceEnded } from './service-end.ts';

/** Response header with the ID of the exchange in the record. */
export const DECISION_HEADER = 'llm-boundary-decision';

/** Sends a refusal before the first byte of a reply, in the words of the dialect. */
function sendRefusal(exchange: HttpExchange, refusals: RefusalRenderer, refusal: Refusal): void {
  let status = 500;
  try {
    const rendered = refusals.refuse(refusal);
    ({ status } = rendered);
    sendRendered(exchange, rendered, refusal);
  } catch (error) {
    // The client has already been refused: an error here concerns this exchange only, not the process.
    exchange.boundary.log.unexpected(exchange.id, error);
    exchange.response.destroy();
  }
  exchange.end(endOf(refusal), status);
}

/** Sends a response of the boundary. An unread request body ends the connection. */
export function sendRendered(exchange: HttpExchange, rendered: RenderedResponse, refusal: Refusal): void {
  const { request, response } = exchange;
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const body = Buffer.from(rendered.body);
  const headers: OutgoingHttpHeaders = {
    'content-type': rendered.contentType,
    'content-length': body.length,
    'cache-control': 'no-store',
    [DECISION_HEADER]: refusal.decision,
    'x-should-retry': String(REFUSALS[refusal.code].retry),
    ...(refusal.retryAfterSeconds === null ? {} : { 'retry-after': String(refusal.retryAfterSeconds) }),
    ...(refusal.challenge === undefined ? {} : { 'www-authenticate': refusal.challenge }),
    ...(request.complete ? {} : { connection: 'close' }),
    ...exchange.boundary.crossOrigin.headersFor(exchange.target.origin, request.headers.origin),
  };
  // Explicit, because a reply of the server that could not be written leaves its own reason in the response.
  response.writeHead(rendered.status, STATUS_CODES[rendered.status] ?? 'unknown', headers);
  response.end(exchange.request.method === 'HEAD' ? undefined : body);
}

/** The policy key that requires delivery. */
export const BACKLOGGED =
  'audit.sinks[].otlp.required or audit.anchor: the record has not left the pod for too long';

interface Recording {
  readonly hits?: readonly Hit[];
  readonly facts?: Partial<Facts>;
  /** Recording has failed: refuse without another attempt. */
  readonly unrecorded?: boolean;
}

/** Puts a refusal on the record, then sends it. Where it cannot be recorded, the refusal is `audit_unavailable`. */
export async function recordAndRefuse(
  exchange: HttpExchange,
  refusals: RefusalRenderer,
  kind: Decision['kind'],
  refusal: Refusal,
  { hits = [], facts = {}, unrecorded = false }: Recording = {},
): Promise<void> {
  let told = refusal;
  if (!unrecorded) {
    try {
      await exchange.record(
        exchange,
        kind,
        refusedOutcome(refusal, refusals.refuse(refusal).status, hits),
        facts,
      );
    } catch {
      told = exchange.refusal('audit_unavailable');
    }
  }
  sendRefusal(exchange, refusals, told);
}

/** The refusal code of an upstream fault. */
export function codeOfFault(
  error: unknown,
): 'response_malformed' | 'upstream_unavailable' | 'limit_exceeded' | 'shutting_down' {
  if (error instanceof ServiceEnded) return 'shutting_down';
  if (error instanceof BodyError && error.code === 'overloaded') return 'limit_exceeded';
  const broken =
    error instanceof UpstreamError && (error.code === 'malformed_reply' || error.code === 'redirected');
  return broken || error instanceof BodyError ? 'response_malformed' : 'upstream_unavailable';
}

/** The refusal detail of an upstream fault. Null: the code suffices. */
export function detailOfFault(error: unknown): string | null {
  if (error instanceof BodyError && error.code === 'too_large')
    return `${error.message} limits.responseBytes of the policy would allow more.`;
  const isSaid =
    error instanceof UpstreamError || error instanceof BodyError || error instanceof ServiceEnded;
  return isSaid ? error.message : null;
}

/** Limits of the boundary itself, with which the server may be healthy. */
const OURS: ReadonlySet<UpstreamErrorCode> = new Set([
  'forbidden_address',
  'redirected',
  'request_invalid',
  'overloaded',
  'closed',
]);

/** An upstream fault as a refusal of `decision`. */
export function refusalOfFault(decision: string, error: unknown): Refusal {
  const code = codeOfFault(error);
  const isOurs =
    error instanceof UpstreamError
      ? OURS.has(error.code)
      : error instanceof BodyError && error.code === 'too_large';
  return {
    code,
    decision,
    detail: detailOfFault(error),
    retryAfterSeconds: code === 'limit_exceeded' ? 1 : null,
    ...(isOurs ? { isOurs } : {}),
  };
}

/** Refuses a request whose body did not arrive completely or could not be inspected. */
export function refuseBody(exchange: HttpExchange, refusals: RefusalRenderer, error: unknown): Promise<void> {
  if (error instanceof BodyError) {
    if (error.code === 'overloaded')
      return recordAndRefuse(
        exchange,
        refusals,
        'ingress',
        exchange.refusal('limit_exceeded', error.message, 1),
      );
    const code = error.code === 'too_large' ? 'body_too_large' : 'request_malformed';
    return recordAndRefuse(exchange, refusals, 'ingress', exchange.refusal(code, error.message));
  }
  exchange.boundary.log.unexpected(exchange.id, error);
  return recordAndRefuse(exchange, refusals, 'ingress', exchange.refusal('detector_unavailable'));
}

/** Refuses a request that its protocol does not define. */
export function refuseUnreadable(
  exchange: HttpExchange,
  { refusals, code, fault }: UnreadableRequest,
): Promise<void> {
  return recordAndRefuse(exchange, refusals, 'ingress', unreadableRefusal(exchange.refusal(code), fault));
}

/** The refusal of a request that its protocol does not define. */
export function unreadableRefusal(refusal: Refusal, fault: UnreadableRequest['fault']): Refusal {
  const told = { ...refusal, detail: fault.message };
  return fault instanceof UnsupportedMember ? { ...told, unsupported: fault.member } : told;
}

/** Decision ID of a response on an opaque route; empty before it has one. */
export function decisionOf(response: ServerResponse): string {
  const decision = response.getHeader(DECISION_HEADER);
  return typeof decision === 'string' ? decision : '';
}

const faults = new WeakMap<ServerResponse, Refusal>();

/** The server aborted a reply of an opaque route. */
export function markBroken(response: ServerResponse): void {
  faults.set(response, refusalOfFault(decisionOf(response), new UpstreamError('broken')));
}

/** Why a response of an opaque route is not the server's complete reply; null if the upstream is not the cause. */
export function faultOf(response: ServerResponse): Refusal | null {
  return faults.get(response) ?? null;
}

/** Refuses on an opaque route whose upstream is unreachable; no dialect renders it. */
export function refuseUnreached(response: ServerResponse, error: UpstreamError): void {
  const refusal = refusalOfFault(decisionOf(response), error);
  faults.set(response, refusal);
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { status, contentType, body } = fallbackDialect.refuse(refusal);
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'x-should-retry': String(REFUSALS[refusal.code].retry),
  });
  response.end(body);
}
