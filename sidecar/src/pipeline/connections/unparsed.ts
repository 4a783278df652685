import type { Decision } from '../../exchange/index.ts';
import { FAULTS, type FaultCode } from '../../http/head/fault.ts';
import { targetOf, type Boundary } from '../context/boundary.ts';
import { ExchangeContext, refusedOutcome } from '../context/exchange-context.ts';

/**
 * Records what a listener turned away before there was an exchange: bytes that are no HTTP, a head with two meanings. A connection
 * that came to nothing in time said nothing, and is only counted. The refusal does not wait: nothing is forwarded that could be denied.
 */
export function createFaultRecorder(
  boundary: Boundary,
  direction: Decision['direction'],
): (code: FaultCode) => void {
  return (code) => {
    boundary.telemetry.messageRefused(direction, code);
    if (code === 'timeout') return;
    const context = new ExchangeContext(
      boundary,
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
