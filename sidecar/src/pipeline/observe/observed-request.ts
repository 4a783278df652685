import type { Readable } from 'node:stream';

import { permit, DetectorUnavailable, failedVerdict } from '../../controls/index.ts';
import type { Hit, ToolCall } from '../../exchange/index.ts';
import { roomFor } from '../../http/body/body-budget.ts';
import { BodyError, hasBody } from '../../http/body/body.ts';
import { decodeWhole } from '../../http/body/encoding.ts';
import { carriedRequestHeaders } from '../../http/head/carried.ts';
import { acceptBody } from '../../http/body/expectation.ts';
import { readRawBody, type RawBody } from '../../http/body/raw-body.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { HttpExchange } from '../context/exchange-context.ts';
import { outcomeOf, type Outcome } from '../context/outcome.ts';
import type { Facts } from '../context/facts.ts';
import type {
  DecidingControl,
  Inspector,
  OpenedRequest,
  ReadRequest,
  RefusalRenderer,
  ReplyInspector,
  UnreadableRequest,
} from '../inspect/inspector.ts';
import { inTurns } from '../inspect/turns.ts';
import { leftUnread, recordLeft } from '../reply/left-reply.ts';
import { isBare } from '../context/bare.ts';
import { OBSERVED, observedHit } from '../context/observe.ts';
import { traceOf } from '../context/trace.ts';
import { ObservedSink } from './observed-sink.ts';
import { recordAndRefuse } from '../context/refuse.ts';
import type { Repeat } from '../reply/reply-sink.ts';
import { contextOf, headOf } from '../context/inspection.ts';

/** Result of observing a request. Null `reply`: its reply cannot be judged. */
interface Observed extends Pick<ReadRequest, 'trust'> {
  readonly hits: readonly Hit[];
  readonly control: DecidingControl;
  readonly model: string | null;
  readonly tools: readonly string[];
  readonly calls: readonly ToolCall[];
  readonly reply: ReplyInspector | null;
}

/** Handles an exchange under a policy that observes: judged and recorded, forwarded byte for byte. */
export async function handleObserved(
  exchange: HttpExchange,
  policy: CompiledPolicy,
  inspector: Inspector,
): Promise<void> {
  exchange.dialect = inspector.dialect;
  let raw: RawBody;
  try {
    raw = await readRawBody(
      exchange.request,
      policy.limits.requestBytes,
      exchange.boundary.serviceEnd.unfinished,
    );
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    return leftUnread(exchange, inspector.refusals);
  }
  exchange.trace?.judging();
  const startedMs = exchange.boundary.now();
  const observed = await observe(exchange, policy, inspector, raw);
  exchange.ownMs += exchange.boundary.now() - startedMs;
  const { reply } = observed;
  await carry(exchange, {
    control: observed.control,
    outcome: outcomeOf({ kind: 'allow', hits: observed.hits }, null),
    facts: {
      model: observed.model,
      tools: observed.tools,
      calls: observed.calls,
      request: raw.kind === 'long' ? null : raw.bytes,
      ...observed.trust,
    },
    body: raw.kind === 'long' ? raw.stream : announcesBody(exchange) ? raw.bytes : null,
    isFresh: false,
    mayRepeat: raw.kind === 'whole' && reply?.mayRepeat === true,
    reply,
    refusals: inspector.refusals,
  });
}

const PASSED: Outcome = { verdict: 'pass', code: null, status: null, hits: [] };

/** Handles an uninspected route under a policy that observes. */
export async function handlePassed(exchange: HttpExchange, refusals: RefusalRenderer): Promise<void> {
  const { request } = exchange;
  const body = hasBody(request) ? request : null;
  acceptBody(request);
  await carry(exchange, {
    control: 'ingress',
    outcome: PASSED,
    facts: { isBare: isBare(exchange) },
    body,
    // A server that leaves a body unread would parse it as the next request of the connection, so there is none (RFC 9112 §9.6).
    isFresh: body !== null,
    mayRepeat: false,
    reply: null,
    refusals,
  });
}

function announcesBody({ request: { headers } }: HttpExchange): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

async function observe(
  exchange: HttpExchange,
  policy: CompiledPolicy,
  inspector: Inspector,
  raw: RawBody,
): Promise<Observed> {
  if (raw.kind === 'long') return unread([observedHit('ingress', OBSERVED.requestBytes, 'body_too_large')]);
  try {
    const opened: OpenedRequest = inspector.open(
      headOf(exchange.method, exchange.request.headers),
      contextOf(exchange, policy),
    );
    if (opened.kind === 'unreadable') return unread([hitOf(opened)]);
    const encoding = exchange.request.headers['content-encoding'];
    const { requestBytes } = policy.limits;
    const room = roomFor(exchange.request);
    const body =
      encoding === undefined ? raw.bytes : await decodeWhole(raw.bytes, encoding, requestBytes, room);
    exchange.shadow?.request(opened.hasBody ? body : null);
    await opened.share?.(opened.hasBody ? body : null);
    if (opened.hasBody && opened.prepare !== undefined)
      await inTurns(opened.prepare(body), exchange.boundary.now);
    const inspected = opened.inspect(opened.hasBody ? body : null);
    if (inspected.kind === 'unreadable') return unread([hitOf(inspected)]);
    exchange.metered(inspected.chars);
    exchange.spends(inspected.spending, inspected.chars);
    exchange.mcp = inspected.mcp;
    const { verdict, control, model, tools, calls, trust, reply } = inspected;
    return {
      ...{ hits: verdict.hits, control, model, tools, calls, reply },
      ...(trust === undefined ? {} : { trust }),
    };
  } catch (error) {
    if (error instanceof BodyError) {
      return unread([observedHit('ingress', OBSERVED.request, 'request_malformed')]);
    }
    if (!(error instanceof DetectorUnavailable)) exchange.boundary.log.unexpected(exchange.id, error);
    return unread(failedVerdict(policy).hits);
  }
}

function unread(hits: readonly Hit[]): Observed {
  return { hits, control: 'ingress', model: null, tools: [], calls: [], reply: null };
}

/** A request that its protocol does not define, as a hit. */
function hitOf({ code }: UnreadableRequest): Hit {
  return observedHit('ingress', OBSERVED.request, code);
}

/** The request to forward. */
interface Carried {
  readonly control: DecidingControl;
  readonly outcome: Outcome;
  readonly facts: Partial<Facts>;
  readonly body: Uint8Array | Readable | null;
  /** Sent on a new connection, which is closed afterwards. */
  readonly isFresh: boolean;
  /** True if a reset before the first byte of the reply may be retried. */
  readonly mayRepeat: boolean;
  readonly reply: ReplyInspector | null;
  readonly refusals: RefusalRenderer;
}

const REPEATED: Outcome = { verdict: 'allow', code: null, status: null, hits: [] };

async function carry(
  exchange: HttpExchange,
  { control, outcome, facts, body, isFresh, mayRepeat, reply, refusals }: Carried,
): Promise<void> {
  const { target, boundary, request, response } = exchange;
  const headers = carriedRequestHeaders(request.rawHeaders, target.keepsHost === true ? null : target.host);
  const length = request.headers['content-length'];
  if (body !== null && !(body instanceof Uint8Array) && length !== undefined)
    headers.push(['Content-Length', length]);
  const { origin, url: path } = target;
  const { method, caller } = exchange;
  const permitted = permit(
    { origin, path, method, headers, body, caller, ...traceOf(exchange) },
    { kind: 'allow', hits: outcome.hits },
  );
  let recorded;
  try {
    recorded = await exchange.record(permitted, control, outcome, facts);
  } catch {
    const refusal = exchange.refusal('audit_unavailable');
    return recordAndRefuse(exchange, refusals, 'close', refusal, { unrecorded: true });
  }
  if (response.destroyed || request.socket.destroyed) {
    recordLeft(exchange, facts.model ?? null);
    return;
  }
  const again = async (): Promise<Repeat> => {
    const noted = await exchange.record(recorded, 'retry', REPEATED, { model: facts.model ?? null });
    boundary.telemetry.retried(target.direction);
    return (repeated) => boundary.upstream.sendFresh(noted, repeated);
  };
  const sink = new ObservedSink(exchange, { inspector: reply, refusals, again: mayRepeat ? again : null });
  const { upstream } = boundary;
  sink.start(isFresh ? upstream.sendFresh(recorded, sink) : upstream.send(recorded, sink));
}
