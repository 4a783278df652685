import type { McpContext } from '../../controls/index.ts';
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
import { mcpContext, readOptions, type McpSession } from './request-context.ts';
import type { Block } from '../inspect/inspector.ts';
import { judgeBody, passedText, toolsOf, type JudgedBody } from './judged.ts';

/** What a frame of a server's stream comes to. */
export interface JudgedFrame {
  /** What the client gets in its place. */
  readonly wire: string | Uint8Array;
  /** The decision to be made durable before that; null where there is nothing to decide. */
  readonly decision: { readonly verdict: Verdict; readonly tools: readonly string[] } | null;
  /** Requests that it answers. */
  readonly answered: readonly McpId[];
  /** Requests of the server that were refused: it waits for answers to them. */
  readonly unanswered: readonly McpId[];
}

/** A comment, in place of a message that must not pass. */
const HEARTBEAT = ':\n\n';
/** UTF-16 code units of earlier messages that later ones are read together with. */
const MAX_TAIL = 2048;

/**
 * Judges the frames of one stream of a server, one after the other. A frame holds whole messages, so nothing is held back but the frame
 * itself. Owns what was said so far, since one instruction may come in several messages.
 */
export class McpFrames {
  readonly #session: McpSession;
  readonly #now: () => number;
  readonly #endpoint: string | null;
  #said = '';
  /** Where a client of 2024-11-05 sends its messages; null where that is not on this stream. */
  #messagesAt: string | null = null;

  /** `endpoint`: the host that 2024-11-05's `endpoint` event may name, where the stream may have one. */
  constructor(session: McpSession, now: () => number, endpoint: string | null) {
    this.#session = session;
    this.#now = now;
    this.#endpoint = endpoint;
  }

  /** `refuse` makes the refusal that stands in for what is blocked. @throws Malformed */
  judge(frame: WireFrame, refuse: (block: Block) => Refusal): JudgedFrame {
    // Empty data only carries an event id, from which the client can resume.
    if (frame.data === null || frame.data === '')
      return { wire: frame.wire, decision: null, answered: [], unanswered: [] };
    if (frame.event === 'endpoint') return this.#judgeEndpoint(frame, frame.data);
    if (frame.event !== null && frame.event !== 'message')
      throw new Malformed('stream', 'an event that is not of the protocol');
    const value = parseText(frame.data);
    const messages = readMessages(value, readOptions(this.#session, 'server'));
    const body = judgeBody(frame.data, messages, this.#context(), this.#now);
    this.#remember(messages, body.verdict);
    const { verdict } = body;
    return {
      wire:
        verdict.kind === 'block'
          ? blocked(frame, body, refuse(verdict), isArray(value))
          : passed(frame, body),
      decision: needsRecord(body) ? { verdict, tools: toolsOf(messages) } : null,
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

  /** Where requests go from now on (2024-11-05, "HTTP with SSE"): on the same server, or the next ones would pass it by. */
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

/** Every answer and every question of the server is a decision; of what it only mentions, what a rule saw. */
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

/** Responses become errors for the same requests; what no client waits for is left out. */
function blocked(frame: WireFrame, { messages }: JudgedBody, refusal: Refusal, batch: boolean): string {
  const errors = messages.flatMap(({ kind, id }) =>
    kind === 'result' || kind === 'error' ? [errorMessage(refusal, id)] : [],
  );
  if (errors.length === 0) return HEARTBEAT;
  return renderFrame(frame, batch ? `[${errors.join(',')}]` : errors.join(''));
}
