import { ConversationMemory, McpMemory, type Account } from '../../controls/index.ts';
import { conformingMcpHeaders, findDialect, Malformed } from '../../dialects/index.ts';
import { NO_USAGE, type DialectId, type Hit, type Identity, type Verdict } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { targetOf } from '../context/target.ts';
import { anonymousHit } from '../context/callers.ts';
import type { InspectionContext, Inspector, RequestHead } from '../inspect/inspector.ts';
import { unreadableRefusal } from '../context/refuse.ts';
import { ReferenceMemory } from '../inspect/reference-memory.ts';
import { rendered, replayReply, type Received } from './replay-reply.ts';
import { replayRequest } from './replay-request.ts';
import { blockOf, refusalFor } from './stream-replay.ts';
import { prefixesOf, rendererOf, routeOf, type RouteTarget } from '../route.ts';
import { isMcpMessage, jsonOf, seenOfMcp, seenOfModels, type Seen } from './seen.ts';

/** A recorded or hand-written exchange. */
export interface Traffic {
  readonly method: string;
  /** With the query, if any. */
  readonly path: string;
  /** `host[:port]` of an outbound exchange; absent or null: inbound. */
  readonly host?: string | null;
  /** Of an inbound exchange; absent or null: anonymous. */
  readonly identity?: Identity | null;
  /** Parsed JSON; null without a body. */
  readonly request: unknown;
  /** Parsed JSON, or the text of a stream; for MCP, the messages of a stream as an array. Null if absent. */
  readonly response: unknown;
  /** Value of `MCP-Protocol-Version`. Default: what `_meta` of the request names. */
  readonly protocolVersion?: string | null;
  /** Default: 200. */
  readonly status?: number;
  /** Default: derived from the response. */
  readonly contentType?: string;
}

/** The verdicts of a policy on an exchange. `pass`: the route is listed as carrying no prompt. */
export interface Evaluation {
  readonly dialect: DialectId | null;
  readonly request: Verdict | 'pass';
  /** Null if the request is refused, or there is no reply. */
  readonly reply: Verdict | null;
  /** Null if no dialect reads the route, or the request is unreadable. */
  readonly seen: Seen | null;
  /** The response that the client receives; null if there is no reply, or it is not inspected. */
  readonly received: Received | null;
}

/** One memory per policy, so that earlier lines affect later ones. */
const MEMORIES = new WeakMap<CompiledPolicy, Memories>();

export type { Account, RuleAccount, ToolAccount } from '../../controls/index.ts';

type Memories = Pick<InspectionContext, 'memory' | 'references' | 'conversations'>;

/**
 * The pipeline without sockets: the routes, inspectors and guards of the sidecar, on an exchange from a file. Rates and concurrency are not
 * judged, since a single exchange has neither. `account` is told how each tool is judged.
 */
export function replayExchange(traffic: Traffic, policy: CompiledPolicy, account?: Account): Evaluation {
  const { method, path, host = null } = traffic;
  const direction = host === null ? 'inbound' : 'outbound';
  const target = targetOf(path, { origin: host === null ? '' : `http://${host}`, host, direction });
  const at: RouteTarget = { ...target, method };
  const known = recognise(traffic, at, policy);
  const anonymous = anonymousHit(policy, { ...at, direction }, traffic.identity ?? null);
  if (anonymous?.mode === 'enforce') {
    const request = blockOf('caller_not_verified', 'callers.require is true', [anonymous]);
    return { ...known, request, reply: null, received: rendered(rendererOf(at), request) };
  }
  const noted = anonymous === null ? [] : [anonymous];
  const taken = routeOf(at, {}, policy);
  switch (taken.kind) {
    case 'refuse': {
      const request = blockOf(taken.code, taken.detail, taken.hits);
      return { ...known, request, reply: null, received: rendered(taken.refusals, request) };
    }
    case 'opaque': {
      const hits = [...noted, ...taken.hits];
      const request = hits.length === 0 ? 'pass' : ({ kind: 'allow', hits } as const);
      return { ...known, request, reply: null, received: null };
    }
    case 'inspect': {
      const context = {
        ...contextOf(target, policy, traffic.identity ?? null),
        ...(account === undefined ? {} : { account }),
      };
      const judged = judge(taken.inspector, headOf(traffic, taken.inspector), context, traffic);
      return { ...known, dialect: taken.inspector.dialect, ...withHits(judged, [...noted, ...taken.hits]) };
    }
    default:
      return taken satisfies never;
  }
}

type Judgement = Pick<Evaluation, 'request' | 'reply' | 'received'>;

/** Detects the protocol by content, independent of the policy. */
function recognise(
  traffic: Traffic,
  target: RouteTarget,
  policy: CompiledPolicy,
): Pick<Evaluation, 'dialect' | 'seen'> {
  const bodies = jsonBodies(traffic);
  const found = findDialect(target, prefixesOf(target, policy));
  if (bodies === null) return { dialect: found?.dialect.id ?? null, seen: null };
  if (found !== null) return { dialect: found.dialect.id, seen: seenOfModels(found, bodies) };
  return isMcpMessage(bodies.request)
    ? { dialect: target.host === null ? null : 'mcp', seen: seenOfMcp(target, bodies) }
    : { dialect: null, seen: null };
}

function jsonBodies({ request, response }: Traffic): Parameters<typeof seenOfMcp>[1] | null {
  try {
    return {
      request: jsonOf(request),
      response: typeof response === 'string' ? null : jsonOf(response),
    };
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
}

function contextOf(
  { origin, host, direction }: ReturnType<typeof targetOf>,
  policy: CompiledPolicy,
  identity: Identity | null,
): InspectionContext {
  let memories = MEMORIES.get(policy);
  if (memories === undefined) {
    memories = {
      memory: new McpMemory(),
      references: new ReferenceMemory(),
      conversations: new ConversationMemory(),
    };
    MEMORIES.set(policy, memories);
  }
  const caller = { address: '', identity };
  return {
    exchange: { id: '', direction, host, caller },
    origin,
    policy,
    ...memories,
    now: () => performance.now(),
  };
}

/** The head that a conforming client would send. */
function headOf({ method, request, protocolVersion = null }: Traffic, { dialect }: Inspector): RequestHead {
  const headers: Readonly<Record<string, string>> = {
    ...(request === null || request === undefined ? {} : { 'content-type': 'application/json' }),
    ...(dialect === 'mcp'
      ? {
          accept: 'application/json, text/event-stream',
          ...conformingMcpHeaders(jsonOf(request), protocolVersion),
        }
      : {}),
  };
  return { method, names: Object.keys(headers), header: (name) => headers[name] };
}

function judge(
  inspector: Inspector,
  head: RequestHead,
  context: InspectionContext,
  traffic: Traffic,
): Judgement {
  const hasBody = traffic.request !== null && traffic.request !== undefined;
  const body = hasBody ? Buffer.from(JSON.stringify(traffic.request)) : null;
  const { verdict: request, refusals, fault, reply, spend } = replayRequest(inspector, head, context, body);
  if (fault !== null && request.kind === 'block') {
    const { status, body: text } = refusals.refuse(unreadableRefusal(refusalFor(request), fault));
    return { request, reply: null, received: { status, body: text } };
  }
  if (request.kind === 'block') return { request, reply: null, received: rendered(refusals, request) };
  if (reply === null || traffic.response === null || traffic.response === undefined)
    return { request, reply: null, received: null };
  const { used, ...judged } = replayReply(reply, traffic);
  spend?.(used ?? { usage: NO_USAGE, chars: 0, id: null });
  return { request, ...judged };
}

function withHits(judged: Judgement, hits: readonly Hit[]): Judgement {
  const { request } = judged;
  return hits.length === 0 || request === 'pass'
    ? judged
    : { ...judged, request: { ...request, hits: [...hits, ...request.hits] } };
}
