import type { Found } from '../conditions/index.ts';
import { permit, UNREACHABLE, type Passing } from '../controls/index.ts';
import { acceptBody } from '../http/body/expectation.ts';
import { headersOfAnotherBody } from '../http/head/bound.ts';
import { requestHeaders } from '../http/head/hop-by-hop.ts';
import { BodyError, readBody } from '../http/body/body.ts';
import type { Decision, RefusalCode, ToolCall } from '../exchange/index.ts';
import type { UpstreamRequest } from '../forward/upstream.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';
import type { HttpExchange } from './context/exchange-context.ts';
import { outcomeOf, type Outcome } from './context/outcome.ts';
import { contextOf, headOf } from './context/inspection.ts';
import type { InspectedRequest, Inspector, ReadRequest } from './inspect/inspector.ts';
import { inTurns } from './inspect/turns.ts';
import { leftUnread, recordLeft } from './reply/left-reply.ts';
import { OBSERVED } from './context/observe.ts';
import { ObservedSink } from './observe/observed-sink.ts';
import { traceOf } from './context/trace.ts';
import { recordAndRefuse, refuseBody, refuseUnreadable } from './context/refuse.ts';
import { ReplySink, type Repeat, type Repeats } from './reply/reply-sink.ts';

/** Handles an inspected exchange: read, judge, record, forward. The reply sink handles the reply. */
export async function handleInspected(
  exchange: HttpExchange,
  policy: CompiledPolicy,
  inspector: Inspector,
): Promise<void> {
  exchange.dialect = inspector.dialect;
  const opened = inspector.open(
    headOf(exchange.method, exchange.request.headers),
    contextOf(exchange, policy),
  );
  if (opened.kind === 'unreadable') return refuseUnreadable(exchange, opened);
  let body: Buffer | null = null;
  try {
    if (opened.hasBody)
      body = await readBody(
        exchange.request,
        policy.limits.requestBytes,
        exchange.boundary.serviceEnd.unfinished,
      );
    else acceptBody(exchange.request);
  } catch (error) {
    if (error instanceof BodyError && error.code === 'aborted')
      return leftUnread(exchange, inspector.refusals);
    return refuseBody(exchange, inspector.refusals, error);
  }
  exchange.shadow?.request(body);
  exchange.trace?.judging();
  const startedMs = exchange.boundary.now();
  let inspected: InspectedRequest;
  try {
    await opened.share?.(body);
    if (opened.prepare !== undefined) await inTurns(opened.prepare(body), exchange.boundary.now);
    inspected = await final(opened.inspect(body));
  } catch (error) {
    return refuseBody(exchange, inspector.refusals, error);
  }
  exchange.ownMs += exchange.boundary.now() - startedMs;
  if (inspected.kind === 'unreadable') return refuseUnreadable(exchange, inspected);
  return decide(exchange, inspected, body);
}

async function final(inspected: InspectedRequest): Promise<InspectedRequest> {
  if (inspected.kind !== 'read' || inspected.settle === undefined) return inspected;
  const verdict = await inspected.settle();
  return verdict.kind === 'block' ? { ...inspected, verdict, control: 'action' } : { ...inspected, verdict };
}

async function decide(exchange: HttpExchange, read: ReadRequest, body: Buffer | null): Promise<void> {
  exchange.metered(read.chars);
  exchange.mcp = read.mcp;
  const { verdict, refusals, control, model, tools, calls, trust } = read;
  const facts = { model, tools, calls, request: body, ...trust };
  if (verdict.kind === 'block') {
    const refusal = exchange.refusal(verdict.code, verdict.detail, verdict.retryAfterSeconds);
    return recordAndRefuse(exchange, refusals, control, refusal, { hits: verdict.hits, facts });
  }
  exchange.spends(read.spending, read.chars);
  return forward(exchange, read, verdict, facts);
}

const REPEATED: Outcome = { verdict: 'allow', code: null, status: null, hits: [] };

const CODES: ReadonlyMap<string, RefusalCode> = new Map([
  [OBSERVED.requestBytes, 'body_too_large'],
  [UNREACHABLE, 'detector_unavailable'],
]);

/** A limit holds for each request to the model. */
function notRepeated(rule: string): Outcome {
  const code = CODES.get(rule) ?? 'limit_exceeded';
  const control = rule === UNREACHABLE ? 'action' : 'ingress';
  const hit = { control, rule, action: 'block', code, mode: 'enforce', pointer: null } as const;
  return { verdict: 'block', code, status: null, hits: [hit] };
}

interface RequestFacts {
  readonly model: string | null;
  readonly tools: readonly string[];
  readonly calls: readonly ToolCall[];
  readonly request: Buffer | null;
  readonly origins?: Decision['origins'];
  readonly tainted?: boolean;
  readonly found?: Found;
}

async function forward(
  exchange: HttpExchange,
  { control, passed, repeated, refusals, reply }: ReadRequest,
  verdict: Passing,
  facts: RequestFacts,
): Promise<void> {
  const { target, boundary, request, response } = exchange;
  const startedMs = boundary.now();
  const acceptEncoding = reply.isEnforced ? 'identity' : 'keep';
  const headers = requestHeaders(request.rawHeaders, { host: target.host, acceptEncoding });
  const sent: UpstreamRequest = {
    origin: target.origin,
    path: target.url,
    method: exchange.method,
    // The forwarded body is decoded.
    headers: headers
      .filter(([name]) => name !== 'content-encoding')
      .map(([name, value]): [string, string] => [name, repeated?.get(name) ?? value]),
    body: passed,
    caller: exchange.caller,
    ...traceOf(exchange),
  };
  const permitted = permit(sent, verdict);
  let recorded;
  try {
    recorded = await exchange.record(permitted, control, outcomeOf(verdict, null), {
      requestSent: passed,
      ...facts,
    });
  } catch {
    const refusal = exchange.refusal('audit_unavailable');
    return recordAndRefuse(exchange, refusals, 'close', refusal, { unrecorded: true });
  }
  exchange.ownMs += boundary.now() - startedMs;
  if (response.destroyed || request.socket.destroyed) {
    recordLeft(exchange, facts.model);
    return;
  }
  const of = { model: facts.model };
  const again = async (): Promise<Repeat> => {
    const noted = await exchange.record(recorded, 'retry', REPEATED, of);
    boundary.telemetry.retried(target.direction);
    return (repeated) => boundary.upstream.sendFresh(noted, repeated);
  };
  const repeat = reply.mayRepeat ? again : null;
  const further: Repeats['further'] = async ({ body, usage }) => {
    exchange.used(usage);
    const isLarger = body.length > reply.policy.limits.requestBytes;
    const rule = isLarger ? OBSERVED.requestBytes : await exchange.goesOn();
    const next = { ...sent, headers: headersOfAnotherBody(sent.headers), body };
    const outcome = rule === null ? REPEATED : notRepeated(rule);
    const noted = await exchange.record(permit(next, verdict), 'retry', outcome, { ...of, usage });
    return rule === null ? (sink) => boundary.upstream.sendFresh(noted, sink) : null;
  };
  const sink = reply.isEnforced
    ? new ReplySink(exchange, reply, { same: repeat, further })
    : new ObservedSink(exchange, { inspector: reply, refusals, again: repeat });
  sink.start(boundary.upstream.send(recorded, sink));
}
