import type { Decision, Hit } from '../exchange/index.ts';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

import type { Dialect, RenderedResponse } from '../dialects/dialect.ts';
import { fallbackDialect } from '../dialects/index.ts';
import { Malformed } from '../dialects/malformed.ts';
import { UnsupportedMember } from '../dialects/unsupported-member.ts';
import { REFUSALS, type Refusal } from '../exchange/index.ts';
import { UpstreamError } from '../forward/upstream-error.ts';
import { BodyError } from '../http/body.ts';
import { refusedOutcome, type Facts, type Session } from './session.ts';

/** Name of the response header that carries the exchange's id; look it up in the record. */
export const DECISION_HEADER = 'llm-boundary-decision';

/** Words for refusals. */
export type Refuser = Pick<Dialect, 'refuse'>;

/** Sends a refusal before the first byte of a reply, in the words of the dialect. */
export function sendRefusal(session: Session, dialect: Refuser, refusal: Refusal): void {
  const rendered = dialect.refuse(refusal);
  sendRendered(session, rendered, refusal);
  session.end('refused', rendered.status);
}

/** Sends a response of the boundary's own. A request body that was not read ends the connection. */
export function sendRendered(session: Session, rendered: RenderedResponse, refusal: Refusal): void {
  const { request, response } = session;
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
    ...(request.complete ? {} : { connection: 'close' }),
  };
  response.writeHead(rendered.status, headers);
  response.end(session.request.method === 'HEAD' ? undefined : body);
}

interface Recording {
  readonly hits?: readonly Hit[];
  readonly facts?: Partial<Facts>;
  /** The record itself is what failed: refuse without another try. */
  readonly unrecorded?: boolean;
}

/** Puts a refusal on the record, then sends it. Where it cannot be recorded, the refusal is `audit_unavailable`. */
export async function recordAndRefuse(
  session: Session,
  dialect: Refuser,
  kind: Decision['kind'],
  refusal: Refusal,
  { hits = [], facts = {}, unrecorded = false }: Recording = {},
): Promise<void> {
  let told = refusal;
  if (!unrecorded) {
    try {
      await session.record(
        session,
        kind,
        refusedOutcome(refusal.code, dialect.refuse(refusal).status, hits),
        facts,
      );
    } catch {
      told = session.refusal('audit_unavailable');
    }
  }
  sendRefusal(session, dialect, told);
}

/** What a fault on the way back is to the client. */
export function codeOfFault(error: unknown): 'response_malformed' | 'upstream_unavailable' {
  const broken = error instanceof UpstreamError && error.code === 'malformed_reply';
  return broken || error instanceof BodyError ? 'response_malformed' : 'upstream_unavailable';
}

/** A request body that cannot be read or understood. */
export function refuseBody(session: Session, dialect: Refuser, error: unknown): Promise<void> {
  if (error instanceof BodyError && error.code === 'too_large') {
    return recordAndRefuse(session, dialect, 'ingress', session.refusal('body_too_large', error.message));
  }
  if (error instanceof BodyError || error instanceof Malformed) {
    const refusal = session.refusal('request_malformed', error.message);
    const told = error instanceof UnsupportedMember ? { ...refusal, unsupported: error.member } : refusal;
    return recordAndRefuse(session, dialect, 'ingress', told);
  }
  session.boundary.log.unexpected(session.id, error);
  return recordAndRefuse(session, dialect, 'ingress', session.refusal('detector_unavailable'));
}

/** The exchange that a response of an opaque route belongs to; empty where it has not come that far. */
export function decisionOf(response: ServerResponse): string {
  const decision = response.getHeader(DECISION_HEADER);
  return typeof decision === 'string' ? decision : '';
}

/** An opaque route whose upstream did not answer: there is no dialect to say it in. */
export function refuseUnreached(response: ServerResponse): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { code, decision } = { code: 'upstream_unavailable', decision: decisionOf(response) } as const;
  const { status, contentType, body } = fallbackDialect.refuse({
    code,
    decision,
    detail: null,
    retryAfterSeconds: null,
  });
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'x-should-retry': String(REFUSALS[code].retry),
  });
  response.end(body);
}
