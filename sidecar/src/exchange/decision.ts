import type { DialectId, Direction, Usage } from './exchange.ts';
import type { RefusalCode } from './refusal.ts';
import type { Origin } from './segment.ts';
import type { Hit } from './verdict.ts';

/** What happened to an exchange, before it is given its place in the log. Holds no content (invariant 7). */
export interface Decision {
  /**
   * `ingress`, `egress`, `action`: a control decided. `retry`: the request goes out once more. `close`: the exchange ended, with or
   * without a decision.
   */
  readonly kind: 'ingress' | 'egress' | 'action' | 'retry' | 'close';
  /** The exchange's id. */
  readonly exchange: string;
  readonly direction: Direction;
  readonly dialect: DialectId | 'opaque';
  readonly method: string;
  /** The route's path, cut to 256 characters, without the query. */
  readonly path: string;
  /** `pass`: opaque or listed route, not inspected. */
  readonly verdict: 'allow' | 'redact' | 'block' | 'pass';
  readonly code: RefusalCode | null;
  /** The status that the client gets; null while it is not known. */
  readonly status: number | null;
  readonly hits: readonly Hit[];
  readonly model: string | null;
  readonly tools: readonly string[];
  readonly usage: Usage | null;
  readonly policy: { readonly name: string; readonly generation: number; readonly sha256: string } | null;
  /** Of a request to a model: whom its texts speak for. */
  readonly origins?: readonly Origin[];
  /** Of a request to a model: true if it contains text that neither the workload nor the caller wrote, or in which injection was detected. */
  readonly tainted?: boolean;
  /** Of a reply: what the server says that it is. */
  readonly served?: Served;
  /** For `close`: how it ended. */
  readonly outcome: 'completed' | 'refused' | 'client_aborted' | 'upstream_failed' | null;
  /** Outbound: `host[:port]` that the exchange was for, as the workload named it. */
  readonly host?: string;
  /** Outbound, once it is connected: where the server really was that the exchange went to. */
  readonly peer?: Peer;
  /** Commitments to the bodies: lower-case hex HMAC-SHA-256; null where policy says `content: none` or there is none. */
  readonly content: { readonly request: string | null; readonly response: string | null } | null;
  /** Only of connections that are not inspected: whom they lead to, and when they end, what they carried. */
  readonly connection?: ConnectionFacts;
}

/** What a model server says of its reply. Attacker-controlled, unbounded. */
export interface Served {
  /** Its id of the reply. */
  readonly id: string | null;
  /** The model that answered. */
  readonly model: string | null;
}

/** An address that a connection leads to. */
export interface Peer {
  /** IPv4 or IPv6, without brackets. */
  readonly address: string;
  readonly port: number;
}

/** One end of a connection that is not inspected, and the bytes that it carried. */
export interface ConnectionFacts {
  readonly protocol: 'tcp' | 'tls';
  /** As the policy or the ClientHello names it; null where only the address is known. */
  readonly host: string | null;
  /** Null where it is not known. */
  readonly port: number | null;
  /** The address that was dialled, or that the client wanted; null where it is not known. */
  readonly address: string | null;
  /** Towards the server; null before the connection ends. */
  readonly bytesSent: number | null;
  readonly bytesReceived: number | null;
}
