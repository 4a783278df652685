import { isEnforcedFor, type Classified } from '../../controls/index.ts';
import {
  isArray,
  isModernMcp,
  Malformed,
  parseAnyJson,
  readMessages,
  type Framing,
  type RenderedResponse,
} from '../../dialects/index.ts';
import type { McpMessage, Refusal } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { unanswered } from '../inspect/classify.ts';
import type {
  Block,
  GuardedStream,
  Headers,
  InspectedReply,
  RefusalRenderer,
  ReplyInspector,
  WholeReplyBytes,
} from '../inspect/inspector.ts';
import { classifyMessages } from './classify-messages.ts';
import { errorText } from './error-text.ts';
import { callsOf, controlOf, judgeBody, passedText, toolsOf } from './judged.ts';
import { mcpContext, readOptions, refusalRenderer, sessionKey, type McpRequest } from './request-context.ts';
import { readSessionId } from './session-id.ts';
import { McpStream } from './stream.ts';

/** The reply of an MCP server: JSON in one piece, or a stream of messages. */
export class McpReply implements ReplyInspector {
  readonly refusals: RefusalRenderer;
  readonly model = null;
  readonly mayRepeat = false;
  readonly sendsHeadAtOnce = true;
  readonly keepsStreams = false;
  readonly #request: McpRequest;
  readonly #now: () => number;
  #classified: Classified | undefined;

  constructor(request: McpRequest, now: () => number) {
    this.#request = request;
    this.#now = now;
    this.#classified = unanswered(request.session);
    this.refusals = refusalRenderer(request.session, request.ids, request.batch);
  }

  get isEnforced(): boolean {
    return isEnforcedFor(mcpContext(this.#request.session, 'server'));
  }

  get policy(): CompiledPolicy {
    return this.#request.session.policy;
  }

  framing(status: number, type: string): Framing | null {
    return status === 200 && type === 'text/event-stream' && this.#request.method !== 'DELETE' ? 'sse' : null;
  }

  checkHeaders(headers: Headers): void {
    const { memory, exchange, version } = this.#request.session;
    if (isModernMcp(version)) return;
    const id = readSessionId(headers);
    if (id !== null) memory.give(sessionKey(exchange.host, id));
  }

  stream(): GuardedStream {
    return new McpStream(this.#request, this.#now);
  }

  endsCleanly(): boolean {
    return this.policy.egress.onBlock === 'finish';
  }

  askAgain(): null {
    return null;
  }

  withhold(_block: Block, refusal: Refusal): RenderedResponse {
    return this.refusals.refuse(refusal);
  }

  async share(reply: WholeReplyBytes): Promise<void> {
    const messages = (): readonly McpMessage[] => this.#read(reply)?.messages ?? [];
    this.#classified = await classifyMessages(this.#request.session, 'server', messages);
  }

  whole(reply: WholeReplyBytes): InspectedReply {
    const read = this.#read(reply);
    return read === null ? this.#pass() : this.#judge(read);
  }

  /** Null if no client reads it. @throws Malformed */
  #read({ status, type, body }: WholeReplyBytes): ReadReply | null {
    const { session, method, ids, batch } = this.#request;
    if (status >= 300) return body.length === 0 ? null : this.#readError(type, body);
    // Accepted: a response would come on another connection, and clients ignore this body.
    if (status === 202 || status === 204 || method === 'DELETE' || (method === 'POST' && ids.length === 0))
      return null;
    if (method === 'GET') throw new Malformed('content-type', 'must be text/event-stream');
    if (type !== 'application/json')
      throw new Malformed('content-type', 'must be application/json or text/event-stream');
    const { text, value } = parseAnyJson(body);
    if (isArray(value) && !batch) throw new Malformed('body', 'a batch answers no single message');
    const messages = readMessages(value, readOptions(session, 'server'));
    return { text, raw: body, messages, bytes: (edited) => Buffer.from(edited) };
  }

  #pass(): InspectedReply {
    const verdict = { kind: 'allow', hits: [] } as const;
    const { way } = mcpContext(this.#request.session, 'server');
    const control = controlOf(verdict, way);
    return { verdict, control, body: Buffer.alloc(0), usage: null, tools: [], calls: [], chars: 0 };
  }

  /** An error in a format of the server's own: all of its text is judged. @throws Malformed */
  #readError(type: string, raw: Buffer): ReadReply {
    const { origin } = readOptions(this.#request.session, 'server');
    const { text, message, bytes } = errorText(raw, type, origin);
    return { text, raw, messages: [message], bytes };
  }

  #judge({ text, raw, messages, bytes }: ReadReply): InspectedReply {
    const context = { ...mcpContext(this.#request.session, 'server'), classified: this.#classified };
    const judged = judgeBody(text, messages, context, this.#now);
    const { verdict } = judged;
    return {
      verdict,
      control: controlOf(verdict, context.way),
      body: verdict.kind === 'redact' ? bytes(passedText(judged)) : raw,
      usage: null,
      tools: toolsOf(messages),
      calls: callsOf(messages),
      chars: 0,
    };
  }
}

/** A reply that clients read. */
interface ReadReply {
  readonly text: string;
  readonly raw: Buffer;
  readonly messages: readonly McpMessage[];
  /** The body for an edited text. */
  readonly bytes: (edited: string) => Buffer;
}
