import { wasCutUnread } from '../../http/sockets/unread.ts';
import { refusedOutcome, type HttpExchange, type Outcome } from '../context/exchange-context.ts';

const ABORTED: Outcome = { verdict: 'allow', code: null, status: null, hits: [], outcome: 'client_aborted' };

/**
 * Records how a closed response came to its end where its client did not get all of it: the client left, or it was cut because it read too
 * slowly (`limit_exceeded`). False: it is complete, or its end is on the record.
 */
export function recordLeft(exchange: HttpExchange, model: string | null): boolean {
  const { response } = exchange;
  const isCut = wasCutUnread(response);
  if (response.writableFinished || (exchange.ended && !isCut)) return false;
  const outcome = isCut ? refusedOutcome('limit_exceeded', response.statusCode) : ABORTED;
  exchange.record(exchange, 'close', outcome, { model }).catch(() => undefined);
  exchange.end(isCut ? 'refused' : 'client_aborted', isCut ? response.statusCode : 499);
  return true;
}

/** Outbound, where no decision about the reply says where the request went: the end of the exchange does. */
export function recordEnd(exchange: HttpExchange): void {
  if (exchange.target.direction !== 'outbound') return;
  const outcome: Outcome = {
    verdict: 'pass',
    code: null,
    status: exchange.response.statusCode,
    hits: [],
    outcome: exchange.isConnected ? 'completed' : 'upstream_failed',
  };
  // What has been carried has been carried.
  exchange.record(exchange, 'close', outcome).catch(() => undefined);
}
