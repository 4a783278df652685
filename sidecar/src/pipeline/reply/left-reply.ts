import type { Refusal } from '../../exchange/index.ts';
import { wasCutUnread } from '../../http/sockets/unread.ts';
import { refusedOutcome, type HttpExchange, type Outcome } from '../context/exchange-context.ts';
import { recordAndRefuse } from '../context/refuse.ts';
import type { RefusalRenderer } from '../inspect/inspector.ts';

const ABORTED: Outcome = { verdict: 'allow', code: null, status: null, hits: [], outcome: 'client_aborted' };

/**
 * Records how a closed response came to its end where its client did not get all of it: the client left, or it was cut because it read too
 * slowly (`limit_exceeded`). False: it is complete, or its end is on the record.
 */
export function recordLeft(exchange: HttpExchange, model: string | null): boolean {
  const { response } = exchange;
  const isCut = wasCutUnread(response);
  if (response.writableFinished || (exchange.ended && !isCut)) return false;
  const outcome = isCut ? refusedOutcome({ code: 'limit_exceeded' }, response.statusCode) : ABORTED;
  exchange.record(exchange, 'close', outcome, { model }).catch(() => undefined);
  exchange.end(isCut ? 'refused' : 'client_aborted', isCut ? response.statusCode : 499);
  return true;
}

/**
 * The end of an exchange whose reply is not judged, where there is something to say: outbound, where the request went; everywhere, why
 * it did not come to its end. Null `fault`: it did.
 */
export function recordEnd(exchange: HttpExchange, fault: Refusal | null = null): void {
  if (exchange.target.direction !== 'outbound' && fault === null) return;
  const { statusCode: status } = exchange.response;
  const ended: Outcome = {
    verdict: 'pass',
    code: null,
    status,
    hits: [],
    outcome: exchange.isConnected ? 'completed' : 'upstream_failed',
  };
  const outcome = fault === null ? ended : refusedOutcome(fault, status);
  // What has been carried has been carried.
  exchange.record(exchange, 'close', outcome).catch(() => undefined);
}

/** The body did not come whole: the sidecar ends, or the client left. */
export async function leftUnread(exchange: HttpExchange, refusals: RefusalRenderer): Promise<void> {
  const { boundary, request, response } = exchange;
  if (boundary.serviceEnd.unfinished.aborted && !request.socket.destroyed && !response.destroyed) {
    const refusal = exchange.refusal('shutting_down', 'the request was incomplete');
    return recordAndRefuse(exchange, refusals, 'ingress', refusal);
  }
  recordLeft(exchange, null);
}
