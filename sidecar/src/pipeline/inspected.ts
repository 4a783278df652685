import { judgeRequest, permit, type Judged, type Passing } from '../controls/index.ts';
import { applyEdits, Malformed, parseJson, type FoundDialect, type ParsedJson } from '../dialects/index.ts';
import type { Exchange, Prompt, Redaction, Segment } from '../exchange/index.ts';
import { requestHeaders } from '../http/hop-by-hop.ts';
import { BodyError, readBody } from '../http/body.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';
import { editsOf } from './edits.ts';
import { recordAndRefuse, refuseBody } from './refuse.ts';
import { answeringInspected, ReplySink } from './reply-sink.ts';
import { outcomeOf, type Session } from './session.ts';

/** An exchange of a known dialect: read, judge, record, forward; the reply sink does the way back. */
export async function exchangeInspected(
  session: Session,
  policy: CompiledPolicy,
  { dialect, match }: FoundDialect,
): Promise<void> {
  session.dialect = dialect.id;
  let body: Buffer;
  try {
    if (dialect.ignoresContentType !== true) requireJson(session);
    body = await readBody(session.request, policy.limits.requestBytes, null);
  } catch (error) {
    if (error instanceof BodyError && error.code === 'aborted') {
      session.end('client_aborted', 499);
      return;
    }
    return refuseBody(session, dialect, error);
  }
  const startedMs = session.boundary.now();
  let parsed: ParsedJson;
  let prompt: Prompt;
  try {
    parsed = parseJson(body);
    prompt = dialect.prompt(parsed.value, match);
  } catch (error) {
    return refuseBody(session, dialect, error);
  }
  session.metered(charsOf(prompt.segments));
  const judged = judgeRequest(exchangeOf(session, dialect.id, prompt), policy, session.boundary.now);
  const { verdict } = judged;
  session.ownMs += session.boundary.now() - startedMs;
  if (verdict.kind === 'block') {
    const refusal = session.refusal(verdict.code, verdict.detail, verdict.retryAfterSeconds);
    return recordAndRefuse(session, dialect, kindOf(judged), refusal, {
      hits: verdict.hits,
      facts: factsOf(prompt, body),
    });
  }
  const sent =
    verdict.kind === 'redact' ? Buffer.from(redacted(parsed.text, verdict.redactions, prompt)) : body;
  await forward(session, { dialect, match }, { prompt, judged, verdict, sent, received: body });
}

interface Forwarded {
  readonly prompt: Prompt;
  readonly judged: Judged;
  readonly verdict: Passing;
  readonly sent: Buffer;
  readonly received: Buffer;
}

async function forward(
  session: Session,
  found: FoundDialect,
  { prompt, judged, verdict, sent, received }: Forwarded,
): Promise<void> {
  const { target, boundary, request, response } = session;
  const startedMs = boundary.now();
  const upstreamRequest = permit(
    {
      origin: target.origin,
      path: target.url,
      method: request.method ?? 'POST',
      headers: withoutEncoding(
        requestHeaders(request.rawHeaders, { host: target.host, acceptEncoding: 'identity' }),
      ),
      body: sent,
    },
    verdict,
  );
  let recorded;
  try {
    recorded = await session.record(
      upstreamRequest,
      kindOf(judged),
      outcomeOf(verdict, null),
      factsOf(prompt, received),
    );
  } catch {
    return recordAndRefuse(session, found.dialect, 'close', session.refusal('audit_unavailable'), {
      unrecorded: true,
    });
  }
  session.ownMs += boundary.now() - startedMs;
  if (response.destroyed || request.socket.destroyed) {
    session.end('client_aborted', 499);
    return;
  }
  const sink = new ReplySink(session, answeringInspected(session, found, { prompt, action: judged.action }));
  sink.start(boundary.upstream.send(recorded, sink));
}

/** The body goes on decoded. */
function withoutEncoding(headers: readonly [string, string][]): [string, string][] {
  return headers.filter(([name]) => name !== 'content-encoding');
}

/** RFC 8259 bodies only, labelled as such. @throws Malformed */
export function requireJson({ request }: Session): void {
  const type = request.headers['content-type'];
  if (type !== undefined && /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i.test(type)) return;
  throw new Malformed('content-type', 'must be application/json, in UTF-8');
}

function exchangeOf(session: Session, dialect: Exchange['dialect'], prompt: Prompt): Exchange {
  const { target, request } = session;
  return {
    id: session.id,
    direction: target.direction,
    dialect,
    host: target.host,
    caller: { address: request.socket.remoteAddress ?? '', groups: [] },
    prompt,
  };
}

/** The control that a request's decision is filed under: the one that refused, else ingress. */
function kindOf({ verdict }: Judged): 'ingress' | 'action' {
  if (verdict.kind !== 'block') return 'ingress';
  const enforced = verdict.hits.find((hit) => hit.mode === 'enforce' && hit.action === 'block');
  return enforced?.control === 'action' ? 'action' : 'ingress';
}

function factsOf(
  prompt: Prompt,
  request: Buffer,
): { model: string | null; tools: readonly string[]; request: Buffer } {
  return { model: prompt.model, tools: prompt.offers.map((offer) => offer.name), request };
}

function charsOf(segments: readonly Segment[]): number {
  return segments.reduce((chars, { text }) => chars + text.length, 0);
}

function redacted(text: string, redactions: readonly Redaction[], prompt: Prompt): string {
  return applyEdits(text, editsOf(redactions, prompt.segments));
}
