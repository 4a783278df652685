import { combineVerdicts, failedVerdict } from '../../controls/index.ts';
import { createFramer, Malformed, type Framing } from '../../dialects/index.ts';
import type { Hit, Refusal, RefusalCode, Verdict } from '../../exchange/index.ts';
import { OBSERVED, observedHit, observes } from '../context/observe.ts';
import { framingOf } from '../inspect/beginning.ts';
import type {
  Block,
  GuardedStream,
  RefusalRenderer,
  ReplyInspector,
  WholeReplyBytes,
} from '../inspect/inspector.ts';

/** The reply of a recorded or hand-written exchange. */
export interface RecordedReply {
  readonly request: unknown;
  readonly response: unknown;
  readonly status?: number;
  readonly contentType?: string;
}

/** The response that the client receives. */
export interface Received {
  readonly status: number;
  readonly body: string;
}

export interface ReplayedReply {
  readonly reply: Verdict;
  readonly received: Received | null;
}

/** Passes a reply through its inspector as the sidecar would, without waiting for records. */
export function replayReply(inspector: ReplyInspector, recorded: RecordedReply): ReplayedReply {
  const wire = wireOf(inspector, recorded);
  if (observes(inspector.policy)) {
    const { reply } = inspectWire(inspector, wire);
    return { reply: observed(reply), received: { status: wire.status, body: wire.body.toString() } };
  }
  return inspectWire(inspector, wire);
}

/** In observe mode, an unreadable reply is a hit. */
function observed(reply: Verdict): Verdict {
  if (reply.kind !== 'block') return reply;
  return {
    kind: 'allow',
    hits: [...reply.hits, observedHit('egress', OBSERVED.reply, 'response_malformed')],
  };
}

function inspectWire(inspector: ReplyInspector, wire: WholeReplyBytes): ReplayedReply {
  const named = inspector.framing(wire.status, wire.type);
  const framing = named === 'by_beginning' ? (framingOf(wire.body, true) ?? null) : named;
  try {
    return framing === null
      ? replayWhole(inspector, wire)
      : new StreamReplay(inspector, framing).run(wire.body);
  } catch (error) {
    const reply = faultVerdict(error, inspector);
    return { reply, received: rendered(inspector.refusals, reply) };
  }
}

/** @throws Malformed, DetectorUnavailable */
function replayWhole(inspector: ReplyInspector, wire: WholeReplyBytes): ReplayedReply {
  const { verdict, body, released } = inspector.whole(wire);
  if (verdict.kind !== 'block') {
    released?.();
    return { reply: verdict, received: { status: wire.status, body: body.toString() } };
  }
  const withheld = inspector.withhold(verdict, refusalFor(verdict));
  return { reply: verdict, received: { status: withheld.status, body: withheld.body } };
}

/** The bytes of the reply: the text of a stream unchanged, MCP messages as events, anything else as JSON. */
function wireOf(
  inspector: ReplyInspector,
  { response, request, status = 200, contentType }: RecordedReply,
): WholeReplyBytes {
  const wire = (type: string, text: string): WholeReplyBytes => ({
    status,
    type: contentType ?? type,
    body: Buffer.from(text),
  });
  if (typeof response === 'string') return wire(streamType(inspector, response, status), response);
  if (Array.isArray(response) && !Array.isArray(request) && isMcpStream(inspector, status))
    return wire(
      'text/event-stream',
      response.map((message) => `data: ${JSON.stringify(message)}\n\n`).join(''),
    );
  return wire('application/json', JSON.stringify(response));
}

/** Other framings are used by models only. */
function isMcpStream(inspector: ReplyInspector, status: number): boolean {
  return (
    inspector.framing(status, 'text/event-stream') !== null &&
    inspector.framing(status, 'application/x-ndjson') === null
  );
}

function streamType(inspector: ReplyInspector, text: string, status: number): string {
  if (inspector.framing(status, 'text/event-stream') === null) return 'text/plain';
  if (!/^\s*[{[]/.test(text)) return 'text/event-stream';
  const asJson = inspector.framing(status, 'application/json');
  return asJson === null || asJson === 'by_beginning' ? 'application/x-ndjson' : 'application/json';
}

/** The stream ended too early. */
class BrokenOff extends Error {}

class StreamReplay {
  readonly #inspector: ReplyInspector;
  readonly #framing: Framing;
  readonly #stream: GuardedStream;
  readonly #sent: (string | Uint8Array)[] = [];
  readonly #verdicts: Verdict[] = [];
  /** Something other than heartbeats was sent. */
  #hasBegun = false;

  /** @throws DetectorUnavailable */
  constructor(inspector: ReplyInspector, framing: Framing) {
    this.#inspector = inspector;
    this.#framing = framing;
    this.#stream = inspector.stream(framing);
  }

  run(body: Buffer): ReplayedReply {
    let refused: Block | null = null;
    try {
      refused = this.#feed(body);
    } catch (error) {
      const fault = faultVerdict(error, this.#inspector);
      this.#verdicts.push(fault);
      if (fault.kind === 'block') {
        refused = fault;
        if (!this.#isUnsent()) this.#sent.push(this.#stream.raise(refusalFor(fault)) ?? '');
      }
    }
    const reply = combineVerdicts(this.#verdicts);
    if (refused !== null && this.#isUnsent())
      return { reply, received: rendered(this.#inspector.refusals, refused) };
    const text = Buffer.concat(this.#sent.map((part) => Buffer.from(part))).toString();
    return { reply, received: { status: 200, body: text } };
  }

  /** The verdict that withheld the rest; null if all of it passed. @throws Malformed, DetectorUnavailable, BrokenOff */
  #feed(body: Buffer): Block | null {
    const framer = createFramer(this.#framing);
    this.#stream.push(framer.push(body));
    const refused = this.#work();
    if (refused !== null) return refused;
    this.#stream.push(framer.end());
    for (;;) {
      const block = this.#work();
      if (block !== null) return block;
      const end = this.#stream.end();
      if (end === 'complete') return null;
      if (end === 'broken_off') throw new BrokenOff();
    }
  }

  /** Follows the guard until it waits for more. */
  #work(): Block | null {
    for (;;) {
      const step = this.#stream.next();
      switch (step.kind) {
        case 'release':
          this.#sent.push(step.wire);
          this.#hasBegun ||= step.isHeartbeat !== true;
          break;
        case 'record':
          this.#verdicts.push(step.verdict);
          this.#stream.recorded();
          break;
        case 'withheld':
          this.#withhold(step.verdict);
          return step.verdict;
        case 'wait':
          return null;
        default:
          return step satisfies never;
      }
    }
  }

  #withhold(block: Block): void {
    const refusal = refusalFor(block);
    if (this.#inspector.policy.egress.onBlock === 'finish') this.#sent.push(this.#stream.finish(refusal));
    else if (!this.#isUnsent()) this.#sent.push(this.#stream.raise(refusal) ?? '');
  }

  /** True while the refusal can still have its own status. */
  #isUnsent(): boolean {
    return !this.#hasBegun && !this.#inspector.sendsHeadAtOnce;
  }
}

function faultVerdict(error: unknown, { policy }: ReplyInspector): Verdict {
  if (error instanceof BrokenOff)
    return blockOf('upstream_unavailable', 'the stream ended before the reply was complete');
  return error instanceof Malformed ? blockOf('response_malformed', error.message) : failedVerdict(policy);
}

/** The refusal of a verdict, without a decision ID. */
export function refusalFor({ code, detail, retryAfterSeconds }: Block): Refusal {
  return { code, decision: '', detail, retryAfterSeconds };
}

/** The response of a refusal; null for other verdicts. */
export function rendered(refusals: RefusalRenderer, verdict: Verdict): Received | null {
  if (verdict.kind !== 'block') return null;
  const { status, body } = refusals.refuse(refusalFor(verdict));
  return { status, body };
}

export function blockOf(code: RefusalCode, detail: string | null, hits: readonly Hit[] = []): Block {
  return { kind: 'block', hits, code, detail, retryAfterSeconds: null };
}
