import type { Readable } from 'node:stream';

import { permit } from '../controls/index.ts';
import { DetectorUnavailable, failedVerdict } from '../controls/index.ts';
import type { Hit, Verdict } from '../exchange/index.ts';
import { roomFor } from '../http/body-budget.ts';
import { BodyError } from '../http/body.ts';
import { decodeWhole } from '../http/encoding.ts';
import { requestHeaders } from '../http/hop-by-hop.ts';
import { readRawBody, type RawBody } from '../http/raw-body.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';
import { outcomeOf, type HttpExchange } from './exchange-context.ts';
import type {
  DecidingControl,
  Inspector,
  OpenedRequest,
  ReplyInspector,
  UnreadableRequest,
} from './inspector.ts';
import { OBSERVED, observedHit } from './observe.ts';
import { ObservedSink } from './observed-sink.ts';
import { recordAndRefuse } from './refuse.ts';
import { contextOf, headOf } from './request.ts';

/** What observing a request came to. Null `reply`: its reply cannot be judged. */
interface Observed {
  readonly hits: readonly Hit[];
  readonly control: DecidingControl;
  readonly model: string | null;
  readonly tools: readonly string[];
  readonly reply: ReplyInspector | null;
}

/** An exchange under a policy that observes: judged and recorded as any other, forwarded byte for byte as it came. */
export async function handleObserved(
  exchange: HttpExchange,
  policy: CompiledPolicy,
  inspector: Inspector,
): Promise<void> {
  exchange.dialect = inspector.dialect;
  let raw: RawBody;
  try {
    raw = await readRawBody(exchange.request, policy.limits.requestBytes);
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    exchange.end('client_aborted', 499);
    return;
  }
  const startedMs = exchange.boundary.now();
  const observed = await observe(exchange, policy, inspector, raw);
  exchange.ownMs += exchange.boundary.now() - startedMs;
  await forward(exchange, inspector, observed, raw);
}

async function observe(
  exchange: HttpExchange,
  policy: CompiledPolicy,
  inspector: Inspector,
  raw: RawBody,
): Promise<Observed> {
  if (raw.kind === 'long') return unread([observedHit('ingress', OBSERVED.requestBytes, 'body_too_large')]);
  try {
    const opened: OpenedRequest = inspector.open(headOf(exchange), contextOf(exchange, policy));
    if (opened.kind === 'unreadable') return unread([hitOf(opened)]);
    const encoding = exchange.request.headers['content-encoding'];
    const { requestBytes } = policy.limits;
    const room = roomFor(exchange.request);
    const body =
      encoding === undefined ? raw.bytes : await decodeWhole(raw.bytes, encoding, requestBytes, room);
    const inspected = opened.inspect(opened.hasBody ? body : null);
    if (inspected.kind === 'unreadable') return unread([hitOf(inspected)]);
    exchange.metered(inspected.chars);
    const { verdict, control, model, tools, reply } = inspected;
    return { hits: verdict.hits, control, model, tools, reply };
  } catch (error) {
    if (error instanceof BodyError) {
      return unread([observedHit('ingress', OBSERVED.request, 'request_malformed')]);
    }
    if (!(error instanceof DetectorUnavailable)) exchange.boundary.log.unexpected(exchange.id, error);
    return unread(failedVerdict(policy).hits);
  }
}

function unread(hits: readonly Hit[]): Observed {
  return { hits, control: 'ingress', model: null, tools: [], reply: null };
}

/** A request that its protocol does not define, as a hit. */
function hitOf({ code }: UnreadableRequest): Hit {
  return observedHit('ingress', OBSERVED.request, code);
}

async function forward(
  exchange: HttpExchange,
  { refusals }: Inspector,
  { hits, control, model, tools, reply }: Observed,
  raw: RawBody,
): Promise<void> {
  const { target, boundary, request, response } = exchange;
  const verdict: Verdict & { readonly kind: 'allow' } = { kind: 'allow', hits };
  const headers = requestHeaders(request.rawHeaders, { host: target.host, acceptEncoding: 'keep' });
  const length = request.headers['content-length'];
  const isLong = raw.kind === 'long';
  const hasBody = length !== undefined || request.headers['transfer-encoding'] !== undefined;
  if (isLong && length !== undefined) headers.push(['content-length', length]);
  const body: Uint8Array | Readable | null = isLong ? raw.stream : hasBody ? raw.bytes : null;
  const permitted = permit(
    {
      origin: target.origin,
      path: target.url,
      method: exchange.method,
      headers,
      body,
      caller: exchange.caller,
    },
    verdict,
  );
  let recorded;
  try {
    const facts = { model, tools, request: isLong ? null : raw.bytes };
    recorded = await exchange.record(permitted, control, outcomeOf(verdict, null), facts);
  } catch {
    const refusal = exchange.refusal('audit_unavailable');
    return recordAndRefuse(exchange, refusals, 'close', refusal, { unrecorded: true });
  }
  if (response.destroyed || request.socket.destroyed) {
    exchange.end('client_aborted', 499);
    return;
  }
  const sink = new ObservedSink(exchange, reply, refusals);
  sink.start(boundary.upstream.send(recorded, sink));
}
