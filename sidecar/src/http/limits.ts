/** Limits of one listener. All of them are per listener, not per client. */
export interface ListenerLimits {
  readonly maxConnections: number;
  /** Concurrent requests per connection: HTTP/1.1 pipelining (RFC 9112 §9.3.2). */
  readonly maxPipelined: number;
  /** Request line and headers together. */
  readonly maxHeaderBytes: number;
  readonly maxHeaders: number;
  /** From the first byte of a request, or from the connection's start, to the end of its head. */
  readonly headersTimeoutMs: number;
  /** From the first byte of a request to the end of its body. */
  readonly requestTimeoutMs: number;
  /** Between the end of a reply and the next request. */
  readonly keepAliveTimeoutMs: number;
  /** Interval of checking the two request timeouts, and so their precision. */
  readonly checkIntervalMs: number;
  /** Time limit for a client that does not read its reply. */
  readonly stallTimeoutMs: number;
  /**
   * Limit of concurrent replies with slow readers. Above it, the slowest are cut off, so that they do not hold connections to the upstream.
   */
  readonly maxUnread: number;
  /** How long the rest of a refused body is read and discarded, so that the client can read the refusal. */
  readonly lingerMs: number;
}

export const LISTENER_DEFAULTS: ListenerLimits = {
  maxConnections: 4096,
  maxPipelined: 8,
  maxHeaderBytes: 32 * 1024,
  maxHeaders: 128,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 120_000,
  keepAliveTimeoutMs: 65_000,
  checkIntervalMs: 1_000,
  stallTimeoutMs: 120_000,
  maxUnread: 128,
  lingerMs: 2_000,
};
