import type { Refusal } from '../../exchange/index.ts';
import { wasCutUnread } from '../../http/sockets/unread.ts';
import type { HttpExchange } from '../context/exchange-context.ts';
import { refusedOutcome, type Outcome } from '../context/outcome.ts';
import { recordAndRefuse } from '../context/refuse.ts';
import type { RefusalRenderer } from '../inspect/inspector.ts';

const ABORTED: Outcome = { verdict: 'allow', code: null, status: null, hits: [], outcome: 'client_aborted' };

/**
 * Records the end of a response that the client did not get completely: it disconnected, or was cut off for reading too slowly
 * (`limit_exceeded`). False: the response is complete, or its end is recorded.
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
 * Records the end of an uninspected reply if there is something to add: outbound, the address; and the fault if it was incomplete. Null
 * `fault`: complete.
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
  // The data has already passed.
  exchange.record(exchange, 'close', outcome).catch(() => undefined);
}

/** The body did not arrive completely: the sidecar stops, or the client disconnected. */
export async function leftUnread(exchange: HttpExchange, refusals: RefusalRenderer): Promise<void> {
  const { boundary, request, response } = exchange;
  if (boundary.serviceEnd.unfinished.hasCome && !request.socket.destroyed && !response.destroyed) {
    const refusal = exchange.refusal('shutting_down', 'the request was incomplete');
    return recordAndRefuse(exchange, refusals, 'ingress', refusal);
  }
  recordLeft(exchange, null);
}
