import { isEnforcedFor } from '../../controls/index.ts';
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
import type {
  Block,
  GuardedStream,
  Headers,
  InspectedReply,
  RefusalRenderer,
  ReplyInspector,
  WholeReplyBytes,
} from '../inspect/inspector.ts';
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

  constructor(request: McpRequest, now: () => number) {
    this.#request = request;
    this.#now = now;
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

  whole({ status, type, body }: WholeReplyBytes): InspectedReply {
    const { session, method, ids, batch } = this.#request;
    if (status >= 300) return this.#inspectError(type, body);
    // Accepted: a response would come on another connection, and clients ignore this body.
    if (status === 202 || status === 204 || method === 'DELETE' || (method === 'POST' && ids.length === 0))
      return this.#pass();
    if (method === 'GET') throw new Malformed('content-type', 'must be text/event-stream');
    if (type !== 'application/json')
      throw new Malformed('content-type', 'must be application/json or text/event-stream');
    const { text, value } = parseAnyJson(body);
    if (isArray(value) && !batch) throw new Malformed('body', 'a batch answers no single message');
    return this.#judge(text, body, readMessages(value, readOptions(session, 'server')));
  }

  #pass(): InspectedReply {
    const verdict = { kind: 'allow', hits: [] } as const;
    const { way } = mcpContext(this.#request.session, 'server');
    const control = controlOf(verdict, way);
    return { verdict, control, body: Buffer.alloc(0), usage: null, tools: [], calls: [], chars: 0 };
  }

  /** An error in a format of the server's own: all of its text is judged. @throws Malformed */
  #inspectError(type: string, raw: Buffer): InspectedReply {
    if (raw.length === 0) return this.#pass();
    const { origin } = readOptions(this.#request.session, 'server');
    const { text, message, bytes } = errorText(raw, type, origin);
    return this.#judge(text, raw, [message], bytes);
  }

  #judge(
    text: string,
    raw: Buffer,
    messages: readonly McpMessage[],
    bytes = (edited: string): Buffer => Buffer.from(edited),
  ): InspectedReply {
    const context = mcpContext(this.#request.session, 'server');
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
