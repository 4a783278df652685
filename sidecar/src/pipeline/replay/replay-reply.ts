import type { Framing } from '../../dialects/index.ts';
import { NO_USAGE, type Verdict } from '../../exchange/index.ts';
import { OBSERVED, observedHit, observes } from '../context/observe.ts';
import { framingOf } from '../inspect/beginning.ts';
import type { RefusalRenderer, ReplyInspector, WholeReplyBytes } from '../inspect/inspector.ts';
import { faultVerdict, refusalFor, StreamReplay, type Used } from './stream-replay.ts';

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
  /** Null where it cannot be read. */
  readonly used: Used | null;
}

/** Passes a reply through its inspector as the sidecar would, without waiting for records. */
export function replayReply(inspector: ReplyInspector, recorded: RecordedReply): ReplayedReply {
  const wire = wireOf(inspector, recorded);
  if (observes(inspector.policy)) {
    const { reply, used } = inspectWire(inspector, wire);
    return { reply: observed(reply), used, received: { status: wire.status, body: wire.body.toString() } };
  }
  return inspectWire(inspector, wire);
}

/** In observe mode, an unreadable reply is a hit. */
export function observed(reply: Verdict): Verdict {
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
    return framing === null ? replayWhole(inspector, wire) : replayStream(inspector, framing, wire.body);
  } catch (error) {
    const reply = faultVerdict(error, inspector);
    return { reply, used: null, received: rendered(inspector.refusals, reply) };
  }
}

/** @throws Malformed, DetectorUnavailable */
export function replayWhole(inspector: ReplyInspector, wire: WholeReplyBytes): ReplayedReply {
  const { verdict, body, released, usage, chars, served } = inspector.whole(wire);
  const used = { usage: usage ?? NO_USAGE, chars, id: served?.id ?? null };
  if (verdict.kind !== 'block') {
    released?.();
    return { reply: verdict, used, received: { status: wire.status, body: body.toString() } };
  }
  const withheld = inspector.withhold(verdict, refusalFor(verdict));
  return { reply: verdict, used, received: { status: withheld.status, body: withheld.body } };
}

/** @throws DetectorUnavailable */
function replayStream(inspector: ReplyInspector, framing: Framing, body: Buffer): ReplayedReply {
  const sent: Buffer[] = [];
  const stream = new StreamReplay(inspector, framing, (wire) => void sent.push(Buffer.from(wire)));
  stream.push(body);
  stream.end();
  const { verdict: reply, refusedWhole, used } = stream;
  if (refusedWhole !== null) return { reply, used, received: rendered(inspector.refusals, refusedWhole) };
  return { reply, used, received: { status: 200, body: Buffer.concat(sent).toString() } };
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

/** The response of a refusal; null for other verdicts. */
export function rendered(refusals: RefusalRenderer, verdict: Verdict): Received | null {
  if (verdict.kind !== 'block') return null;
  const { status, body } = refusals.refuse(refusalFor(verdict));
  return { status, body };
}
