import type { Identity } from './caller.ts';
import type { DialectId, Direction, Usage } from './exchange.ts';
import type { RefusalCode } from './refusal.ts';
import type { Origin } from './segment.ts';
import type { Hit, Tokenised } from './verdict.ts';

/** A decision about an exchange, before it has a place in the log. Holds no content (invariant 7). */
export interface Decision {
  /**
   * `ingress`, `egress`, `action`: decision of a control. `retry`: the request is sent again. `close`: the exchange ended, with or without
   * a decision.
   */
  readonly kind: 'ingress' | 'egress' | 'action' | 'retry' | 'close';
  /** ID of the exchange. */
  readonly exchange: string;
  readonly direction: Direction;
  readonly dialect: DialectId | 'opaque';
  readonly method: string;
  /** Path of the route, cut to 256 characters, without the query. */
  readonly path: string;
  /** `pass`: opaque or listed route, not inspected. */
  readonly verdict: 'allow' | 'redact' | 'block' | 'pass';
  readonly code: RefusalCode | null;
  /** Status of the response to the client; null while unknown. */
  readonly status: number | null;
  readonly hits: readonly Hit[];
  readonly model: string | null;
  readonly tools: readonly string[];
  /** Inbound, where policy verifies callers and wants them on the record: who it is from. Null: anonymous. */
  readonly caller?: CallerFacts | null;
  /** The calls of tools that it is about: what their arguments are called, and keyed digests of the values. Absent: none. */
  readonly calls?: readonly CallFacts[];
  readonly usage: Usage | null;
  readonly policy: { readonly name: string; readonly generation: number; readonly sha256: string } | null;
  /** Of an exchange with an MCP server. */
  readonly mcp?: McpFacts;
  /** Origins of the texts of a request to a model. */
  readonly origins?: readonly Origin[];
  /**
   * For a request to a model: true if it contains text that neither the workload nor the caller wrote, or in which injection was detected.
   */
  readonly tainted?: boolean;
  /** Personal data under pseudonyms, by kind. */
  readonly tokenised?: Tokenised | undefined;
  /** For a reply: model and ID that the server reports. */
  readonly served?: Served;
  /** For `close`: the outcome. */
  readonly outcome: 'completed' | 'refused' | 'client_aborted' | 'upstream_failed' | null;
  /** Outbound: `host[:port]` as requested by the workload. */
  readonly host?: string;
  /** Outbound, once connected: the address that the request was sent to. */
  readonly peer?: Peer;
  /** Commitments to the bodies: HMAC-SHA-256 in lower-case hex; null without a body, or under `content: none`. */
  readonly content: { readonly request: string | null; readonly response: string | null } | null;
  /** Only where policy says `content: sealed`, of sampled exchanges: the bodies that are kept for this decision, encrypted. */
  readonly sealed?: readonly SealedBody[];
  /** For uninspected connections only: the destination and, at the end, the byte counts. */
  readonly connection?: ConnectionFacts;
}

/** A verified caller, as far as policy wants it on the record. */
export interface CallerFacts {
  readonly via: Identity['via'];
  readonly issuer: string;
  /** Equal for one subject of one issuer under one key: 32 lower-case hex digits. Null where there is no key. */
  readonly digest: string | null;
  /** Null unless policy says so. */
  readonly subject: string | null;
}

/** What an exchange with an MCP server is about. */
export interface McpFacts {
  /** Methods of the requests and notifications in the request; from a closed list. Empty for GET, DELETE and responses. */
  readonly methods: readonly string[];
  /** The revision of the protocol. */
  readonly version: string;
}

/** A call of a tool without what it says. */
export interface CallFacts {
  /** Attacker-controlled, unbounded. */
  readonly tool: string;
  readonly arguments: readonly ArgumentFact[];
  /** Arguments that are not listed. */
  readonly omitted: number;
}

/** One argument, or one value in it. */
export interface ArgumentFact {
  /** Plain names joined by dots, `[]` for an element of a list: `to`, `message.to[]`; `*` stands for a name that is none. */
  readonly name: string;
  /** Equal for equal values under one key: 32 lower-case hex digits. Null where there is no key, or no canonical form of the value. */
  readonly digest: string | null;
}

/** Model and ID that a model server reports for its reply. Attacker-controlled, unbounded. */
export interface Served {
  /** The server's ID of the reply. */
  readonly id: string | null;
  /** The model that the server names. */
  readonly model: string | null;
}

/** A body that is kept encrypted, beside the log. */
export interface SealedBody {
  /** `request`, `response`: as it arrived. `request_sent`, `response_sent`: as it went on, where a redaction changed it. */
  readonly part: 'request' | 'request_sent' | 'response' | 'response_sent';
  /** Lower-case hex SHA-256 of the encrypted bytes. */
  readonly sha256: string;
  /** Of the body itself, as far as it is kept. */
  readonly bytes: number;
  /** The body was longer. */
  readonly isCut: boolean;
}

/** Address of the remote end of a connection. */
export interface Peer {
  /** IPv4 or IPv6, without brackets. */
  readonly address: string;
  readonly port: number;
}

/** Destination and byte counts of an uninspected connection. */
export interface ConnectionFacts {
  readonly protocol: 'tcp' | 'tls';
  /** As in the policy or the ClientHello; null if only the address is known. */
  readonly host: string | null;
  /** Null if unknown. */
  readonly port: number | null;
  /** The dialled or requested address; null if unknown. */
  readonly address: string | null;
  /** Bytes to the server; null before the connection ends. */
  readonly bytesSent: number | null;
  readonly bytesReceived: number | null;
}
