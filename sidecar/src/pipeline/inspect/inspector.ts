import type { McpMemory } from '../../controls/index.ts';
import type { Dialect, Framing, Malformed, RenderedResponse, WireFrame } from '../../dialects/index.ts';
import type {
  Decision,
  DialectId,
  Exchange,
  McpId,
  Origin,
  Refusal,
  RefusalCode,
  Served,
  Usage,
  Verdict,
} from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { ReferenceMemory } from './reference-memory.ts';

/** Renders refusals in the words of a protocol. */
export type RefusalRenderer = Pick<Dialect, 'refuse'>;

/** The control that a decision is filed under. */
export type DecidingControl = Exclude<Decision['kind'], 'retry' | 'close'>;

/** A verdict that refuses. */
export type Block = Verdict & { readonly kind: 'block' };

/** The head of a request, as far as protocols read it. */
export interface RequestHead {
  readonly method: string;
  /** The value of a header, several joined by commas; `name` is in lower case. */
  readonly header: (name: string) => string | undefined;
}

/** What an exchange is judged in. */
export interface InspectionContext {
  readonly exchange: Pick<Exchange, 'id' | 'direction' | 'host' | 'caller'>;
  /** `http(s)://host[:port]` that the request goes to. */
  readonly origin: string;
  readonly policy: CompiledPolicy;
  /** What is known of MCP servers. */
  readonly memory: McpMemory;
  /** What replies have given out. */
  readonly references: ReferenceMemory;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/**
 * What one protocol contributes to the pipeline. The sidecar, `policy test` and `policy learn` all go through it. It sees no sockets, and
 * no clock but the one that it is given.
 */
export interface Inspector {
  readonly dialect: DialectId;
  /** Words for refusals of what was not read. */
  readonly refusals: RefusalRenderer;
  open(head: RequestHead, context: InspectionContext): OpenedRequest;
}

/** What the head of a request comes to. */
export type OpenedRequest =
  | UnreadableRequest
  | {
      readonly kind: 'open';
      /** False where the method has none: a body is refused. */
      readonly hasBody: boolean;
      /** `body` is decoded; null where there is none. Throws what no control expected: the caller refuses. */
      inspect(body: Buffer | null): InspectedRequest;
    };

/** A request that the protocol does not define. */
export interface UnreadableRequest {
  readonly kind: 'unreadable';
  readonly refusals: RefusalRenderer;
  readonly code: Extract<RefusalCode, 'request_malformed' | 'endpoint_not_allowed'>;
  readonly fault: Malformed;
}

export type InspectedRequest = UnreadableRequest | ReadRequest;

/** A request that was read and judged. */
export interface ReadRequest {
  readonly kind: 'read';
  readonly refusals: RefusalRenderer;
  readonly verdict: Verdict;
  readonly control: DecidingControl;
  readonly model: string | null;
  readonly tools: readonly string[];
  /** Whom its texts speak for, and whether any of them is untrusted. Absent: nothing of the kind is known of the protocol. */
  readonly trust?: { readonly origins: readonly Origin[]; readonly tainted: boolean };
  /** UTF-16 code units of its text, for the meter. */
  readonly chars: number;
  /** What goes on in place of the body, redactions applied; null where there is no body, or where the request is blocked. */
  readonly passed: Buffer | null;
  readonly reply: ReplyInspector;
}

/** How the reply to one request is inspected. */
export interface ReplyInspector {
  readonly refusals: RefusalRenderer;
  readonly policy: CompiledPolicy;
  readonly model: string | null;
  /** The server keeps nothing of the request: it may go out again where no byte of a reply came. */
  readonly mayRepeat: boolean;
  /** False where every section that judges replies only observes: then the reply goes on as it comes. */
  readonly isEnforced: boolean;
  /** The head of a stream goes when it comes. False: a refusal of its first frames is to have a status of its own. */
  readonly sendsHeadAtOnce: boolean;
  /**
   * How a reply of this status and media type (lower case, no parameters) is cut into frames; null: it is taken in one piece. `by_beginning`: it
   * is events where it begins so (`framingOf`).
   */
  framing(status: number, type: string): Framing | 'by_beginning' | null;
  /** @throws Malformed where a header cannot be passed on */
  checkHeaders(headers: Headers): void;
  /** @throws Malformed, DetectorUnavailable */
  whole(reply: WholeReplyBytes): InspectedReply;
  /** What the client gets in place of a whole reply that is withheld. */
  withhold(block: Block, refusal: Refusal): RenderedResponse;
  /** @throws DetectorUnavailable */
  stream(framing: Framing): GuardedStream;
}

export type Headers = readonly (readonly [string, string])[];

/** A reply that came in one piece, decoded. */
export interface WholeReplyBytes {
  readonly status: number;
  /** In lower case, without parameters. */
  readonly type: string;
  readonly body: Buffer;
}

export interface InspectedReply {
  readonly verdict: Verdict;
  readonly control: DecidingControl;
  /** What the client may have. */
  readonly body: Buffer;
  readonly usage: Usage | null;
  readonly tools: readonly string[];
  readonly chars: number;
  /** What the server says that it is. Absent: nothing. */
  readonly served?: Served;
  /** To be told when the body goes to the client. Absent: nothing waits for it. */
  readonly released?: () => void;
}

/**
 * One streamed reply under guard. Frames go in whole and in order. Follow `next()` until it says `wait`; nothing behind a `record` step
 * leaves before `recorded()`.
 */
export interface GuardedStream {
  push(frames: readonly WireFrame[]): void;
  /** @throws Malformed, DetectorUnavailable */
  next(): StreamStep;
  /** The decision of the last step is durable. */
  recorded(): void;
  /** The upstream ended, and `next` says `wait`. `more`: go on with `next()`. `broken_off`: the reply is not complete. */
  end(): 'more' | 'complete' | 'broken_off';
  /** Frames that end the reply cleanly as withheld. */
  finish(refusal: Refusal): string;
  /** Frames that make clients raise an error; null where no client waits for one, and the connection must break. */
  raise(refusal: Refusal): string | null;
  /** Bytes that keep a silent stream alive, to be sent between frames. */
  heartbeat(): string;
  /** The last event of the reply came, and all of it was released. */
  readonly isFinished: boolean;
  /** Frames wait for what is behind them. */
  readonly holds: boolean;
  /** UTF-16 code units held back now. */
  readonly held: number;
  /** UTF-16 code units of text so far, for the meter. */
  readonly chars: number;
}

/** A decision about part of a stream. */
export interface StreamDecision {
  readonly kind: 'record';
  readonly control: DecidingControl;
  readonly verdict: Verdict;
  readonly tools: readonly string[];
  readonly usage: Usage | null;
  /** What the server says that it is. Absent: nothing so far. */
  readonly served?: Served;
  /** Nothing of the reply is decided after it: it carries the commitment. */
  readonly last: boolean;
  /** What the server must be told once the decision is durable. */
  readonly answer: ServerAnswer | null;
}

/** Requests of a server that were refused on their way to the client: the server waits for answers to them. */
export interface ServerAnswer {
  readonly block: Block;
  readonly ids: readonly McpId[];
  /** Where the server takes messages; null: where this request went. */
  readonly path: string | null;
}

export type StreamStep =
  | {
      readonly kind: 'release';
      readonly wire: string | Uint8Array;
      /** It says nothing: no reply begins with it. Default: false. */
      readonly isHeartbeat?: boolean;
    }
  | StreamDecision
  /** The decision to withhold is durable: end the reply. Nothing follows. */
  | { readonly kind: 'withheld'; readonly verdict: Block }
  | { readonly kind: 'wait' };
