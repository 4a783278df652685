import type { Refusal } from '../../exchange/index.ts';
import { endOf, refusedOutcome } from '../context/outcome.ts';
import { recordAndRefuse } from '../context/refuse.ts';
import type { StartedReply } from './started-reply.ts';

/** Ends an exchange whose reply can be neither delivered nor refused: its client sees that the connection breaks. */
export function giveUp(
  { exchange, transfer }: Pick<StartedReply, 'exchange' | 'transfer'>,
  error: unknown,
): void {
  exchange.boundary.log.unexpected(exchange.id, error);
  exchange.response.destroy();
  exchange.end('upstream_failed', 500);
  transfer.abort();
}

/**
 * Ends a stream that fails for another reason than policy. `raise`: frames that make its client raise an error; null: it sees that the
 * connection breaks. `unrecorded`: recording has failed.
 */
export function breakOff(
  { exchange, inspector }: StartedReply,
  refusal: Refusal,
  { raise, unrecorded }: { readonly raise: () => string | null; readonly unrecorded: boolean },
): void {
  const { response } = exchange;
  if (!response.headersSent) {
    void recordAndRefuse(exchange, inspector.refusals, 'close', refusal, { unrecorded });
    return;
  }
  const raised = raise();
  if (raised === null) {
    response.flushHeaders();
    response.destroy();
  } else response.end(raised);
  if (!unrecorded) exchange.record(exchange, 'close', refusedOutcome(refusal, 200)).catch(() => undefined);
  exchange.end(endOf(refusal), 200);
}
