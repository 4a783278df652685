import type { Decision } from '../../exchange/index.ts';
import { FAULTS, type FaultCode } from '../../http/head/fault.ts';
import type { Boundary } from '../context/boundary.ts';
import { targetOf } from '../context/target.ts';
import { ExchangeContext } from '../context/exchange-context.ts';
import { refusedOutcome } from '../context/outcome.ts';

function nothing(): void {
  // It is counted as a message.
}

/** It never became an exchange: it is a message that was refused, and a decision. */
const UNCOUNTED = {
  exchangeStarted: nothing,
  exchangeEnded: nothing,
  exchange: nothing,
  overhead: nothing,
} satisfies Partial<Boundary['telemetry']>;

/**
 * Records messages that a listener rejected before there was an exchange: bytes that are not HTTP, an ambiguous head. A connection that
 * timed out without a byte is only counted. The refusal is not delayed by its record, since nothing is forwarded.
 */
export function createFaultRecorder(
  boundary: Boundary,
  direction: Decision['direction'],
): (code: FaultCode) => void {
  return (code) => {
    boundary.telemetry.messageRefused(direction, code);
    if (code === 'timeout') return;
    const context = new ExchangeContext(
      { ...boundary, telemetry: { ...boundary.telemetry, ...UNCOUNTED } },
      '',
      targetOf('', { origin: '', host: direction === 'outbound' ? 'unknown' : null, direction }),
    );
    const { status, message } = FAULTS[code];
    boundary.log.warning(
      `a message was refused before it was parsed as HTTP (${direction}, ${code}): ${message}`,
    );
    context
      .record(null, 'ingress', refusedOutcome({ code: 'request_malformed' }, status))
      .catch(() => undefined)
      .finally(() => context.end('refused', status));
  };
}
