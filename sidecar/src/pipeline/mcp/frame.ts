import type { Classified, McpContext } from '../../controls/index.ts';
import {
  errorMessage,
  isArray,
  Malformed,
  parseText,
  readMessages,
  renderFrame,
  type WireFrame,
} from '../../dialects/index.ts';
import type { McpId, McpMessage, Refusal, Verdict } from '../../exchange/index.ts';
import { unanswered } from '../inspect/classify.ts';
import { classifyMessages } from './classify-messages.ts';
import { mcpContext, readOptions, type McpSession } from './request-context.ts';
import type { Block, StreamDecision } from '../inspect/inspector.ts';
import { callsOf, judgeBody, passedText, toolsOf, type JudgedBody } from './judged.ts';

/** The result of judging a frame of a server's stream. */
export interface JudgedFrame {
  /** The frame for the client. */
  readonly wire: string | Uint8Array;
  /** The decision to make durable first; null if there is none. */
  readonly decision: Pick<StreamDecision, 'verdict' | 'tools' | 'calls'> | null;
  /** IDs of the requests that it answers. */
  readonly answered: readonly McpId[];
  /** IDs of refused requests of the server, which still need responses. */
  readonly unanswered: readonly McpId[];
}

/** A comment that replaces a withheld message. */
const HEARTBEAT = ':\n\n';
/** UTF-16 code units of earlier messages that are scanned together with later ones. */
const MAX_TAIL = 2048;

/**
 * Judges the frames of one stream of a server in order. A frame holds whole messages, so only the current frame is held back. Owns the tail
 * of earlier messages, since one instruction can be split over several.
 */
export class McpFrames {
  readonly #session: McpSession;
  readonly #now: () => number;
  readonly #endpoint: string | null;
  #said = '';
  /** Path for messages of a 2024-11-05 client; null if this stream announced none. */
  #messagesAt: string | null = null;

  /** `endpoint`: the host allowed in the `endpoint` event of 2024-11-05, if the stream may have one. */
  constructor(session: McpSession, now: () => number, endpoint: string | null) {
    this.#session = session;
    this.#now = now;
    this.#endpoint = endpoint;
  }

  /** Has the texts of a frame classified, for `judge` of the same frame. Null: none is asked about them. */
  classify(frame: WireFrame): (() => Promise<Classified | undefined>) | null {
    const { data, event } = frame;
    if (unanswered(this.#session) === undefined || data === null || data === '') return null;
    if (event !== null && event !== 'message') return null;
    const messages = (): readonly McpMessage[] =>
      readMessages(parseText(data), readOptions(this.#session, 'server'));
    return () => classifyMessages(this.#session, 'server', messages, this.#said);
  }

  /** `refuse` renders the refusal that replaces a blocked message. @throws Malformed */
  judge(
    frame: WireFrame,
    refuse: (block: Block) => Refusal,
    classified = unanswered(this.#session),
  ): JudgedFrame {
    // Empty data only carries an event ID, from which the client can resume.
    if (frame.data === null || frame.data === '')
      return { wire: frame.wire, decision: null, answered: [], unanswered: [] };
    if (frame.event === 'endpoint') return this.#judgeEndpoint(frame, frame.data);
    if (frame.event !== null && frame.event !== 'message')
      throw new Malformed('stream', 'an event that is not of the protocol');
    const value = parseText(frame.data);
    const messages = readMessages(value, readOptions(this.#session, 'server'));
    const body = judgeBody(frame.data, messages, { ...this.#context(), classified }, this.#now);
    this.#remember(messages, body.verdict);
    const { verdict } = body;
    return {
      wire:
        verdict.kind === 'block'
          ? blocked(frame, body, refuse(verdict), isArray(value))
          : passed(frame, body),
      decision: needsRecord(body) ? { verdict, tools: toolsOf(messages), calls: callsOf(messages) } : null,
      answered: idsOf(messages, 'result', 'error'),
      unanswered: verdict.kind === 'block' ? idsOf(messages, 'request') : [],
    };
  }

  get messagesAt(): string | null {
    return this.#messagesAt;
  }

  #context(): McpContext {
    return mcpContext(this.#session, 'server', this.#said);
  }

  /** The path for further requests (2024-11-05, "HTTP with SSE"). It must be on the same server, or they would bypass the sidecar. */
  #judgeEndpoint(frame: WireFrame, data: string): JudgedFrame {
    if (this.#endpoint === null) throw new Malformed('stream', 'an endpoint event where there can be none');
    const own = data.startsWith('/')
      ? /^\/(?![/\\])[\x21-\x7e]{0,2047}$/.test(data)
      : data.startsWith(`${this.#endpoint}/`);
    if (!own || !/^[\x21-\x7e]{1,2048}$/.test(data))
      throw new Malformed('stream', 'the endpoint event names another server');
    this.#messagesAt = data.startsWith('/') ? data : data.slice(this.#endpoint.length);
    return { wire: frame.wire, decision: null, answered: [], unanswered: [] };
  }

  #remember(messages: readonly McpMessage[], { hits }: Verdict): void {
    if (hits.some(({ code }) => code === 'injection_detected')) {
      this.#said = '';
      return;
    }
    for (const { kind, segments } of messages) {
      if (kind !== 'notification') continue;
      for (const { channel, text } of segments) if (channel === 'content') this.#said += text;
    }
    this.#said = this.#said.slice(-MAX_TAIL);
  }
}

function idsOf(messages: readonly McpMessage[], ...kinds: readonly McpMessage['kind'][]): readonly McpId[] {
  return messages.flatMap(({ kind, id }) => (kinds.includes(kind) && id !== null ? [id] : []));
}

/** Responses and requests of the server are always decisions; notifications only with a hit. */
function needsRecord({ messages, verdict }: JudgedBody): boolean {
  return (
    verdict.hits.length > 0 ||
    verdict.kind !== 'allow' ||
    messages.some(({ kind }) => kind !== 'notification')
  );
}

function passed(frame: WireFrame, body: JudgedBody): string | Uint8Array {
  return body.verdict.kind === 'redact' ? renderFrame(frame, passedText(body)) : frame.wire;
}

/** Responses become errors for the same requests; messages that no client waits for are dropped. */
function blocked(frame: WireFrame, { messages }: JudgedBody, refusal: Refusal, batch: boolean): string {
  const errors = messages.flatMap(({ kind, id }) =>
    kind === 'result' || kind === 'error' ? [errorMessage(refusal, id)] : [],
  );
  if (errors.length === 0) return HEARTBEAT;
  return renderFrame(frame, batch ? `[${errors.join(',')}]` : errors.join(''));
}
