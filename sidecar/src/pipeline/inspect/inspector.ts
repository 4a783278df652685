import type {
  Account,
  Classifier,
  ConversationMemory,
  McpMemory,
  OpenSchema,
  SharedState,
  Spending,
} from '../../controls/index.ts';
import type { Found } from '../../conditions/index.ts';
import type { Dialect, Framing, Malformed, RenderedResponse, WireFrame } from '../../dialects/index.ts';
import type {
  Contributor,
  Decision,
  DialectId,
  Exchange,
  McpFacts,
  McpId,
  Origin,
  Refusal,
  RefusalCode,
  Served,
  ToolCall,
  Usage,
  Verdict,
} from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { ReferenceMemory } from './reference-memory.ts';

/** Renders refusals in the format of a protocol. */
export type RefusalRenderer = Pick<Dialect, 'refuse'>;

/** The control that a decision is recorded under. */
export type DecidingControl = Exclude<Decision['kind'], 'retry' | 'close'>;

/** A verdict that refuses. */
export type Block = Verdict & { readonly kind: 'block' };

/** The parts of a request head that protocols read. */
export interface RequestHead {
  readonly method: string;
  /** Value of a header, repeated ones joined by commas; `name` is in lower case. */
  readonly header: (name: string) => string | undefined;
  /** Names of all headers, in lower case. */
  readonly names: readonly string[];
}

/** Context that an exchange is judged in. */
export interface InspectionContext {
  readonly exchange: Pick<Exchange, 'id' | 'direction' | 'host' | 'caller'>;
  /** `http(s)://host[:port]` of the destination. */
  readonly origin: string;
  readonly policy: CompiledPolicy;
  /** The head has a cookie, or the name of a session. Default: false. */
  readonly hasSession?: boolean;
  /** A signature holds for no other body. Default: false. */
  readonly isSigned?: boolean;
  /** Known definitions and sessions of MCP servers. */
  readonly memory: McpMemory;
  /** IDs and sealed data that replies have delivered. */
  readonly references: ReferenceMemory;
  /** What was said in conversations. */
  readonly conversations: ConversationMemory;
  /** What the replicas of the workload share. Null or absent: this sidecar counts alone. */
  readonly state?: SharedState | null;
  /** The classifier of the policy. Null or absent: none is asked, and the sidecar judges alone. */
  readonly classifier?: Classifier | null;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  /** Is told how each tool is judged, for `policy explain`. Absent: nothing asks. */
  readonly account?: Account;
  /** Is told of tools that `schema: offered` allows with any arguments. Absent: nothing asks. */
  readonly openSchema?: OpenSchema;
}

/**
 * The contribution of one protocol to the pipeline, used by the sidecar, `policy test` and `policy learn`. It has no access to sockets, and
 * no clock but the given one.
 */
export interface Inspector {
  readonly dialect: DialectId;
  /** Renders refusals of requests that were not read. */
  readonly refusals: RefusalRenderer;
  open(head: RequestHead, context: InspectionContext): OpenedRequest;
}

/** The result of reading a request head. */
export type OpenedRequest =
  | UnreadableRequest
  | {
      readonly kind: 'open';
      /** False if the method has no body: a body is refused. */
      readonly hasBody: boolean;
      /**
       * Asks others for what `inspect` of the same body needs: the server of shared state, the classifier. Never rejects: `inspect` says so
       * where it has no answer. Absent: nothing.
       */
      readonly share?: (body: Buffer | null) => Promise<void>;
      /** What `inspect` of the same body would spend most time on, in slices between which other exchanges go on. Never throws. */
      readonly prepare?: (body: Buffer | null) => Generator<undefined, void>;
      /** `body` is decoded; null if absent. An exception means a failed control: the caller refuses. */
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
  /** Makes the verdict final where policy enforces it. Absent: it is. Rejects with DetectorUnavailable. */
  readonly settle?: () => Promise<Verdict>;
  readonly control: DecidingControl;
  readonly model: string | null;
  readonly tools: readonly string[];
  /** Calls that it makes; those of the history of a conversation are not among them. */
  readonly calls: readonly ToolCall[];
  /** Absent for other protocols. */
  readonly mcp?: McpFacts;
  /**
   * Origins of its texts, whether any is untrusted, and what it brings along for the four conditions. Absent if the protocol does not tell.
   */
  readonly trust?: {
    readonly origins: readonly Origin[];
    readonly tainted: boolean;
    readonly found: Found;
  };
  /** Budgets of tokens that it counts under once it was forwarded. Null or absent if there are none. */
  readonly spending?: Spending | null;
  /** UTF-16 code units of its text, for the token limit. */
  readonly chars: number;
  /** The body to forward, with redactions applied; null if there is none, or if the request is blocked. */
  readonly passed: Buffer | null;
  /** Headers that repeat the body, with the values to forward after redaction; names in lower case. Absent if none changes. */
  readonly repeated?: ReadonlyMap<string, string>;
  readonly reply: ReplyInspector;
}

/** Inspects the reply to one request. */
export interface ReplyInspector {
  readonly refusals: RefusalRenderer;
  readonly policy: CompiledPolicy;
  readonly model: string | null;
  /** The server keeps no state of the request: it may be repeated if no byte of a reply arrived. */
  readonly mayRepeat: boolean;
  /** False if every section that judges replies only observes: the reply is then forwarded as it arrives. */
  readonly isEnforced: boolean;
  /** The head of a stream is sent as soon as it arrives. False: delayed, so that a refusal of the first frames can have its own status. */
  readonly sendsHeadAtOnce: boolean;
  /**
   * Framing of a reply with this status and media type (lower case, no parameters); null: it is read as a whole. `by_beginning`: detected
   * from the first bytes (`framingOf`).
   */
  framing(status: number, type: string): Framing | 'by_beginning' | null;
  /** @throws Malformed if a header cannot be forwarded */
  checkHeaders(headers: Headers): void;
  /** As that of a request. */
  readonly share?: (reply: WholeReplyBytes) => Promise<void>;
  /** What `whole` of the same reply would spend most time on, in slices between which other exchanges go on. Never throws. */
  readonly prepare?: (reply: WholeReplyBytes) => Generator<undefined, void>;
  /** @throws Malformed, DetectorUnavailable */
  whole(reply: WholeReplyBytes): InspectedReply;
  /** True if a reply that is withheld for this ends cleanly; false: with an error. */
  endsCleanly(block: Block): boolean;
  /** Nothing of a stream is sent before it is complete, since the model may be asked again. */
  readonly keepsStreams: boolean;
  /**
   * The request that tells the model that its calls were denied. `said`: the withheld reply, or the frames of its stream. Null: it stays withheld.
   */
  askAgain(block: Block, said: Buffer | readonly string[]): AskedAgain | null;
  /** The response that replaces a withheld whole reply. */
  withhold(block: Block, refusal: Refusal): RenderedResponse;
  /** @throws DetectorUnavailable */
  stream(framing: Framing): GuardedStream;
}

/** A request that goes on where a reply was withheld. */
export interface AskedAgain {
  readonly body: Buffer;
  /** Inspects what the model says then. */
  readonly reply: ReplyInspector;
  /** Of the withheld reply, where its decision does not have it. */
  readonly usage: Usage | null;
}

export type Headers = readonly (readonly [string, string])[];

/** A whole reply, decoded. */
export interface WholeReplyBytes {
  readonly status: number;
  /** In lower case, without parameters. */
  readonly type: string;
  readonly body: Buffer;
}

export interface InspectedReply {
  readonly verdict: Verdict;
  /** As `ReadRequest.settle`. */
  readonly settle?: () => Promise<Verdict>;
  readonly control: DecidingControl;
  /** The body for the client. */
  readonly body: Buffer;
  readonly usage: Usage | null;
  readonly tools: readonly string[];
  readonly calls: readonly ToolCall[];
  readonly chars: number;
  /** Model and ID that the server reports. Absent if it reports none. */
  readonly served?: Served;
  /** What besides the model has a part in it. Absent: nothing. */
  readonly contributors?: readonly Contributor[];
  /** Call it when the body is sent to the client. Absent if not needed. */
  readonly released?: () => void;
}

/**
 * One streamed reply under guard. Push whole frames in order, then follow `next()` until it returns `wait`; nothing after a `record` step
 * is sent before `recorded()`.
 */
export interface GuardedStream {
  push(frames: readonly WireFrame[]): void;
  /** @throws Malformed, DetectorUnavailable */
  next(): StreamStep;
  /** The decision of the last step is durable. */
  recorded(): void;
  /** The upstream ended, and `next` returned `wait`. `more`: continue with `next()`. `broken_off`: the reply is incomplete. */
  end(): 'more' | 'complete' | 'broken_off';
  /** Frames that end the reply cleanly as withheld. */
  finish(refusal: Refusal): string;
  /** Frames that make clients raise an error; null if no client waits for one, so that the connection must be aborted. */
  raise(refusal: Refusal): string | null;
  /** Bytes that keep an idle stream alive, sent between frames. */
  heartbeat(): string;
  /** The last event of the reply arrived, and all of it was released. */
  readonly isFinished: boolean;
  /** Frames wait for later ones. */
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
  readonly calls: readonly ToolCall[];
  readonly usage: Usage | null;
  /** Model and ID that the server reports. Absent if none was reported yet. */
  readonly served?: Served;
  /** What besides the model has a part in the reply so far. Absent: nothing. */
  readonly contributors?: readonly Contributor[];
  /** The last decision of the reply, which carries the commitment. */
  readonly last: boolean;
  /** The response to send to the server once the decision is durable. */
  readonly answer: ServerAnswer | null;
}

/** Requests of a server that were refused on their way to the client, and still need responses. */
export interface ServerAnswer {
  readonly block: Block;
  readonly ids: readonly McpId[];
  /** Path for messages to the server; null: that of this request. */
  readonly path: string | null;
}

export type StreamStep =
  | {
      readonly kind: 'release';
      readonly wire: string | Uint8Array;
      /** Carries no content: no reply begins with it. Default: false. */
      readonly isHeartbeat?: boolean;
    }
  | StreamDecision
  /** Wait for it, then go on. Only where policy enforces. Rejects with DetectorUnavailable. */
  | { readonly kind: 'settle'; readonly settled: () => Promise<void> }
  /** The decision to withhold is durable: end the reply. Nothing follows. */
  | { readonly kind: 'withheld'; readonly verdict: Block }
  | { readonly kind: 'wait' };
