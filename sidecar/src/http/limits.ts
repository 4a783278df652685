/** What one listener grants its clients. All limits hold per listener, not per client. */
export interface ListenerLimits {
  readonly maxConnections: number;
  /** Requests that one connection may have under way: HTTP/1.1 pipelining (RFC 9112 §9.3.2). */
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
  /** How often the two request timeouts are checked; they are as exact as this. */
  readonly checkIntervalMs: number;
  /** How long a client may leave a reply unread before it is cut off. */
  readonly stallTimeoutMs: number;
  /**
   * Replies that go on whose readers may be behind at once. Of more, those that are behind for longest are cut, so that they do not hold
   * the connections to the upstream.
   */
  readonly maxUnread: number;
  /** How long a refused body is read and thrown away, so that the client gets to read the refusal. */
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
