import type { IncomingHttpHeaders } from 'node:http';

import type { Trace } from '../../forward/traced.ts';
import type { ExchangeTrace } from '../../telemetry/tracing.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { Boundary } from './boundary.ts';
import type { Target } from './target.ts';

/** What of an exchange its trace is about. */
interface Traced {
  readonly id: string;
  readonly method: string;
  readonly boundary: Pick<Boundary, 'tracing'>;
  readonly target: Target;
}

/** Null where there are no spans. */
export function beginTrace(
  { id, method, boundary: { tracing }, target: { direction, origin, host } }: Traced,
  { traceparent, tracestate }: IncomingHttpHeaders,
): ExchangeTrace | null {
  if (tracing === null) return null;
  return tracing.begin({
    ...{ id, direction, method, origin, host },
    traceparent: listed(traceparent),
    tracestate: listed(tracestate),
  });
}

/** A `traceparent` that is there twice is none, those of `tracestate` are one list (Trace Context §3.3.1). */
function listed(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join() : value;
}

/** What a request to the upstream carries of the trace. An observing policy changes nothing: the caller's headers stay as they are. */
export function traceOf({
  trace,
  policy,
}: {
  readonly trace: ExchangeTrace | null;
  readonly policy: CompiledPolicy | null;
}): { readonly trace?: Trace } {
  if (trace === null) return {};
  return {
    trace: () => {
      const headers = trace.called();
      return policy?.mode === 'observe' ? [] : headers;
    },
  };
}
