type Headers = readonly (readonly [string, string])[];

/**
 * The headers of Trace Context for a request, asked for each time that it is sent. They take the place of the caller's; if there are none, the
 * caller's stay.
 */
export type Trace = () => Headers;

/** `headers` is returned as it is if nothing replaces any of it. */
export function traced(headers: Headers, trace: Trace | undefined): Headers {
  const own = trace?.() ?? [];
  if (own.length === 0) return headers;
  return [...headers.filter(([name]) => !['traceparent', 'tracestate'].includes(name.toLowerCase())), ...own];
}
