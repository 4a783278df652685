import { permit, type Passing } from '../../controls/index.ts';
import {
  allowsBatches,
  isArray,
  mcpVersion,
  parseAnyJson,
  readMessages,
  refuseMcpVersion,
  requestIds,
  UnknownMethod,
} from '../../dialects/index.ts';
import type { JsonValue } from '../../dialects/index.ts';
import type { McpId, McpMessage } from '../../exchange/index.ts';
import { requestHeaders } from '../../http/hop-by-hop.ts';
import { acceptBody } from '../../http/expectation.ts';
import { BodyError, readBody } from '../../http/body.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { CompiledMcpServer } from '../../policy/compile/compiled-mcp.ts';
import { requireJson } from '../inspected.ts';
import { recordAndRefuse, refuseBody, type Refuser } from '../refuse.ts';
import { ReplySink } from '../reply-sink.ts';
import { outcomeOf, type Facts, type Session } from '../session.ts';
import { answeringMcp } from './answering.ts';
import {
  exchangeOf,
  judgedIn,
  plainRefuser,
  readingOf,
  refuserOf,
  type McpAsked,
  type McpScene,
} from './asked.ts';
import { judgeBody, kindOf, passedText, toolsOf } from './judged.ts';

const METHODS: ReadonlySet<string> = new Set(['POST', 'GET', 'DELETE']);

/** The methods of Streamable HTTP, and of HTTP with SSE before it. */
export function isMcpMethod(method: string): boolean {
  return METHODS.has(method);
}

/** An exchange with an MCP server: read, judge, record, forward; its answering does the way back. */
export async function exchangeMcp(
  session: Session,
  policy: CompiledPolicy,
  server: CompiledMcpServer,
): Promise<void> {
  session.dialect = 'mcp';
  const header = (name: string): string | undefined => {
    const value = session.request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  const requested = header('mcp-protocol-version');
  const version = mcpVersion(requested);
  if (version === null)
    return refuse(session, { refuse: (refusal) => refuseMcpVersion(refusal, requested ?? '') }, VERSION);
  const sessionId = header('mcp-session-id') ?? null;
  if (sessionId !== null && !/^[\x21-\x7e]{1,1024}$/.test(sessionId))
    return refuse(session, plainRefuser, SESSION_ID);
  const scene: McpScene = {
    exchange: exchangeOf(session),
    policy,
    server,
    memory: session.boundary.mcp,
    sessionId,
    batches: allowsBatches(version),
    answersHere: /text\/event-stream/i.test(header('accept') ?? ''),
  };
  return session.method === 'POST' ? post(session, scene) : withoutBody(session, scene);
}

const VERSION = 'MCP-Protocol-Version: this revision of the protocol cannot be inspected';
const SESSION_ID = 'Mcp-Session-Id: must be visible ASCII, at most 1024 characters';
const NO_BODY = 'body: this method has none';

function refuse(session: Session, refuser: Refuser, detail: string): Promise<void> {
  return recordAndRefuse(session, refuser, 'ingress', session.refusal('request_malformed', detail));
}

/** GET opens a stream of the server's messages, DELETE ends the session. */
async function withoutBody(session: Session, scene: McpScene): Promise<void> {
  const { headers } = session.request;
  if (headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0') {
    return refuse(session, plainRefuser, NO_BODY);
  }
  acceptBody(session.request);
  const method = session.method === 'GET' ? 'GET' : 'DELETE';
  const asked: McpAsked = { scene, method, ids: [], batch: false };
  await forward(session, asked, { verdict: { kind: 'allow', hits: [] }, body: null, facts: {}, tools: [] });
}

async function post(session: Session, scene: McpScene): Promise<void> {
  let body: Buffer;
  try {
    requireJson(session);
    body = await readBody(session.request, scene.policy.limits.requestBytes, null);
  } catch (error) {
    if (error instanceof BodyError && error.code === 'aborted') {
      session.end('client_aborted', 499);
      return;
    }
    return refuseBody(session, plainRefuser, error);
  }
  const startedMs = session.boundary.now();
  let ids: readonly McpId[] = [];
  let text: string;
  let value: JsonValue;
  let messages: readonly McpMessage[];
  try {
    ({ text, value } = parseAnyJson(body));
    ids = requestIds(value);
    messages = readMessages(value, readingOf(scene, 'client'));
  } catch (error) {
    if (error instanceof UnknownMethod) return refuseMethod(session, refuserOf(scene, ids, false), error);
    return refuseBody(session, refuserOf(scene, ids, false), error);
  }
  const batch = isArray(value);
  const context = judgedIn(scene, 'client');
  const judged = judgeBody(text, messages, context, session.boundary.now);
  session.ownMs += session.boundary.now() - startedMs;
  const { verdict } = judged;
  const tools = toolsOf(messages);
  if (verdict.kind === 'block') {
    const refusal = session.refusal(verdict.code, verdict.detail, verdict.retryAfterSeconds);
    return recordAndRefuse(session, refuserOf(scene, ids, batch), kindOf(verdict, context.way), refusal, {
      hits: verdict.hits,
      facts: { tools, request: body },
    });
  }
  let sent: Buffer;
  try {
    sent = verdict.kind === 'redact' ? Buffer.from(passedText(judged)) : body;
  } catch (error) {
    return refuseBody(session, refuserOf(scene, ids, batch), error);
  }
  await forward(
    session,
    { scene, method: 'POST', ids, batch },
    { verdict, body: sent, facts: { request: body }, tools },
  );
}

function refuseMethod(session: Session, refuser: Refuser, { message }: UnknownMethod): Promise<void> {
  return recordAndRefuse(session, refuser, 'ingress', session.refusal('endpoint_not_allowed', message));
}

interface Forwarded {
  readonly verdict: Passing;
  readonly body: Buffer | null;
  readonly facts: Partial<Facts>;
  readonly tools: readonly string[];
}

async function forward(
  session: Session,
  asked: McpAsked,
  { verdict, body, facts, tools }: Forwarded,
): Promise<void> {
  const { target, boundary, request, response } = session;
  const startedMs = boundary.now();
  const headers = requestHeaders(request.rawHeaders, { host: target.host, acceptEncoding: 'identity' });
  const upstreamRequest = permit(
    {
      origin: target.origin,
      path: target.url,
      method: asked.method,
      // The body goes on decoded.
      headers: headers.filter(([name]) => name !== 'content-encoding'),
      body,
    },
    verdict,
  );
  let recorded;
  try {
    const { way } = judgedIn(asked.scene, 'client');
    recorded = await session.record(upstreamRequest, kindOf(verdict, way), outcomeOf(verdict, null), {
      ...facts,
      tools,
    });
  } catch {
    return recordAndRefuse(
      session,
      refuserOf(asked.scene, asked.ids, asked.batch),
      'close',
      session.refusal('audit_unavailable'),
      {
        unrecorded: true,
      },
    );
  }
  session.ownMs += boundary.now() - startedMs;
  if (response.destroyed || request.socket.destroyed) {
    session.end('client_aborted', 499);
    return;
  }
  const sink = new ReplySink(session, answeringMcp(session, asked));
  sink.start(boundary.upstream.send(recorded, sink));
}
