import { framingOf } from '../inspect/beginning.ts';
import { Malformed, type Framing } from '../../dialects/index.ts';
import { stricter, type Hit, type Judgement, type RefusalCode, type Verdict } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { anonymousHit } from '../context/callers.ts';
import { contextWith, headOf, type Memories } from '../context/inspection.ts';
import { limitRule } from '../context/meter.ts';
import { OBSERVED, observedHit, observes } from '../context/observe.ts';
import type { DecidingControl, Inspector, ReplyInspector } from '../inspect/inspector.ts';
import { observed, replayWhole } from '../replay/replay-reply.ts';
import { replayRequest } from '../replay/replay-request.ts';
import { blockOf, faultVerdict, StreamReplay } from '../replay/stream-replay.ts';
import { isPreflight, routeOf } from '../route.ts';
import type { LiveJudgement, SeenExchange, SeenReply } from './seen-exchange.ts';

/** What another policy makes of an exchange, beside what the live policy made of the same part of it. */
export interface ShadowOpinion extends Judgement {
  readonly control: DecidingControl;
  readonly hits: readonly Hit[];
  readonly live: LiveJudgement;
}

/** Why an exchange cannot be judged: its body was not read for the live policy, or a control ran out of time. */
export type NoOpinion = 'unread' | 'failed';

/** Bytes of a stream that are judged in one go. */
const SLICE_BYTES = 16 * 1024;

/**
 * Judges an exchange by the routes, inspectors and guards of the sidecar, and by the limits as they were when it began. Yields where others
 * may have their turn.
 */
export function* judgeSeen(
  seen: SeenExchange,
  memories: Memories,
): Generator<undefined, ShadowOpinion | NoOpinion> {
  const { shadow: policy, target, method, headers, ofRequest } = seen;
  if (ofRequest === null) return 'unread';
  const anonymous = isPreflight(method, headers)
    ? null
    : anonymousHit(policy, { ...target, method }, seen.identity);
  if (anonymous?.mode === 'enforce')
    return opinion(blockOf('caller_not_verified', null, [anonymous]), 'ingress', ofRequest);
  const noted = anonymous === null ? [] : [anonymous];
  const taken = routeOf({ ...target, method }, headers, policy);
  // As in the live order: a host that is not listed is refused before it counts.
  if (seen.exhausted !== null) {
    if (!observes(policy)) return opinion(blockOf('limit_exceeded', null), 'ingress', ofRequest);
    noted.push(observedHit('ingress', limitRule(seen.exhausted), 'limit_exceeded'));
  }
  switch (taken.kind) {
    case 'refuse':
      return opinion(blockOf(taken.code, null, taken.hits), taken.control, ofRequest);
    case 'opaque': {
      const hits = [...noted, ...taken.hits];
      const verdict = hits.length === 0 ? 'pass' : 'allow';
      return { verdict, code: null, control: 'ingress', hits, live: ofRequest };
    }
    case 'inspect':
      return yield* judgeInspected(seen, taken.inspector, memories, [...noted, ...taken.hits]);
    default:
      return taken satisfies never;
  }
}

function* judgeInspected(
  seen: SeenExchange,
  inspector: Inspector,
  memories: Memories,
  noted: readonly Hit[],
): Generator<undefined, ShadowOpinion | NoOpinion> {
  const { shadow: policy, body, ofRequest } = seen;
  if (ofRequest === null) return 'unread';
  if (body === undefined) return judgeUnread(seen, ofRequest);
  if (body !== null && body.length > policy.limits.requestBytes)
    return opinion(tooLarge(policy), 'ingress', ofRequest);
  const asked = replayRequest(
    inspector,
    headOf(seen.method, seen.headers),
    contextWith(seen, policy, memories),
    body,
  );
  const request = opinion(asked.verdict, asked.control, ofRequest, noted);
  if (asked.reply === null || seen.reply === null || request === 'failed') return request;
  yield;
  const got = yield* judgeReply(asked.reply, seen.reply);
  if (got === null) return request;
  const reply = opinion(got, 'egress', ofRequest);
  if (reply === 'failed') return 'failed';
  const all = stricter(request, reply) === reply ? reply : request;
  return { ...all, hits: [...request.hits, ...reply.hits], live: seen.ofAll ?? ofRequest };
}

/** By its target alone, where the live policy refused it before it was read. */
function judgeUnread({ livePolicy, shadow }: SeenExchange, live: LiveJudgement): ShadowOpinion | NoOpinion {
  switch (live.code) {
    case 'caller_not_verified':
    case 'endpoint_not_allowed':
    case 'host_not_allowed':
      return { verdict: 'allow', code: null, control: 'ingress', hits: [], live };
    case 'body_too_large':
      if (livePolicy === null || shadow.limits.requestBytes > livePolicy.limits.requestBytes) return 'unread';
      return opinion(tooLarge(shadow), 'ingress', live);
    default:
      return 'unread';
  }
}

/** Null where not all of it came, so that it cannot be judged. */
function* judgeReply(inspector: ReplyInspector, reply: SeenReply): Generator<undefined, Verdict | null> {
  const { policy } = inspector;
  try {
    inspector.checkHeaders(reply.headers);
    const named = inspector.framing(reply.status, reply.type);
    const framing = named === 'by_beginning' ? (framingOf(Buffer.concat(reply.chunks), true) ?? null) : named;
    if (framing !== null) return yield* judgeStream(inspector, framing, reply);
    if (reply.bytes > policy.limits.responseBytes) {
      const hits = [observedHit('egress', OBSERVED.responseBytes, 'response_malformed')];
      return observes(policy) ? { kind: 'allow', hits } : blockOf('response_malformed', null);
    }
    if (!reply.isComplete) return null;
    const { status, type, chunks } = reply;
    return ofPolicy(policy, replayWhole(inspector, { status, type, body: Buffer.concat(chunks) }).reply);
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return ofPolicy(policy, faultVerdict(error, inspector));
  }
}

function* judgeStream(
  inspector: ReplyInspector,
  framing: Framing,
  reply: SeenReply,
): Generator<undefined, Verdict> {
  const stream = new StreamReplay(inspector, framing, () => undefined);
  let slice = 0;
  for (const chunk of reply.chunks) {
    if (!stream.push(chunk)) break;
    slice += chunk.length;
    if (slice < SLICE_BYTES) continue;
    slice = 0;
    yield;
  }
  if (reply.isComplete) stream.end();
  return ofPolicy(inspector.policy, stream.verdict);
}

function ofPolicy(policy: CompiledPolicy, verdict: Verdict): Verdict {
  return observes(policy) ? observed(verdict) : verdict;
}

function tooLarge(policy: CompiledPolicy): Verdict {
  const hits = [observedHit('ingress', OBSERVED.requestBytes, 'body_too_large')];
  return observes(policy) ? { kind: 'allow', hits } : blockOf('body_too_large', null);
}

function opinion(
  verdict: Verdict,
  control: DecidingControl,
  live: LiveJudgement,
  noted: readonly Hit[] = [],
): ShadowOpinion | 'failed' {
  const code: RefusalCode | null = verdict.kind === 'block' ? verdict.code : null;
  if (code === 'detector_unavailable') return 'failed';
  return { verdict: verdict.kind, code, control, hits: [...noted, ...verdict.hits], live };
}
