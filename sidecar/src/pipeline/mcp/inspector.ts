import {
  checkMcpHeaders,
  checkMcpVersion,
  isArray,
  isModernMcp,
  Malformed,
  mcpVersion,
  parseAnyJson,
  parseText,
  readMessages,
  refuseMcpVersion,
  repeatedMcpHeaders,
  requestIds,
  UnknownMethod,
  type JsonValue,
} from '../../dialects/index.ts';
import {
  countersOf,
  judgeReserving,
  NO_LINKS,
  unreachable,
  type Classified,
  type LinkedCalls,
} from '../../controls/index.ts';
import type { McpId, McpMessage } from '../../exchange/index.ts';
import type { CompiledMcpServer } from '../../policy/compile/compiled-mcp.ts';
import type {
  InspectedRequest,
  InspectionContext,
  Inspector,
  OpenedRequest,
  ReadRequest,
  RefusalRenderer,
  RequestHead,
  UnreadableRequest,
} from '../inspect/inspector.ts';
import { unanswered } from '../inspect/classify.ts';
import { jsonFault } from '../inspect/media-type.ts';
import { callsOf, controlOf, judgeBody, passedText, toolsOf, type JudgedBody } from './judged.ts';
import { classifyMessages } from './classify-messages.ts';
import { McpReply } from './reply.ts';
import {
  exchangeOf,
  faultRenderer,
  linkedCalls,
  mcpContext,
  plainRenderer,
  readOptions,
  refusalRenderer,
  type McpRequest,
  type McpSession,
} from './request-context.ts';
import { isSessionId } from './session-id.ts';

const METHODS: ReadonlySet<string> = new Set(['POST', 'GET', 'DELETE']);

/** Methods of Streamable HTTP, and of its predecessor HTTP with SSE. */
export function isMcpMethod(method: string): boolean {
  return METHODS.has(method);
}

/** An exchange with an MCP server, at an endpoint that the policy names. */
export class McpInspector implements Inspector {
  readonly dialect = 'mcp';
  readonly refusals = plainRenderer;
  readonly #server: CompiledMcpServer;

  constructor(server: CompiledMcpServer) {
    this.#server = server;
  }

  open(head: RequestHead, context: InspectionContext): OpenedRequest {
    const version = mcpVersion(head.header('mcp-protocol-version'));
    if (version === null) return unsupported(head, context.memory.revisions(context.exchange.host ?? ''));
    const sessionId = isModernMcp(version) ? null : (head.header('mcp-session-id') ?? null);
    if (sessionId !== null && !isSessionId(sessionId)) {
      return unreadable(
        plainRenderer,
        new Malformed('Mcp-Session-Id', 'must be visible ASCII, at most 1024 characters'),
      );
    }
    const links = linkedCalls(context);
    const session: McpSession = {
      exchange: exchangeOf(context),
      policy: context.policy,
      server: this.#server,
      origin: context.origin,
      memory: context.memory,
      links: links ?? NO_LINKS,
      pages: new Map(),
      version,
      counting: context.conversations.counting(context.now, context.state),
      account: context.account,
      openSchema: context.openSchema,
      classifier: context.classifier ?? null,
      sessionId,
      answersHere: /text\/event-stream/i.test(head.header('accept') ?? ''),
    };
    if (head.method !== 'POST') return openWithoutBody(head, session, context);
    const fault = jsonFault(head);
    if (fault !== null) return unreadable(plainRenderer, fault);
    let shared: Shared = { lacksState: false, classified: unanswered(context) };
    return {
      kind: 'open',
      hasBody: true,
      share: async (body) => {
        const [isKnown, classified] = await Promise.all([
          fetchShared(body ?? EMPTY, session, links),
          classifyMessages(session, 'client', () =>
            readMessages(parseAnyJson(body ?? EMPTY).value, readOptions(session, 'client')),
          ),
        ]);
        shared = { lacksState: !isKnown, classified };
      },
      inspect: (body) => inspectBody(body ?? EMPTY, head, session, { ...context, ...shared }),
    };
  }
}

/** Refused with the supported revisions; the body is read for the id that the response needs. */
function unsupported(head: RequestHead, spoken: readonly string[]): OpenedRequest {
  const requested = head.header('mcp-protocol-version') ?? '';
  const fault = new Malformed('MCP-Protocol-Version', 'this revision of the protocol cannot be inspected');
  const refused = (ids: readonly McpId[]): UnreadableRequest =>
    unreadable({ refuse: (refusal) => refuseMcpVersion(refusal, requested, ids[0] ?? null, spoken) }, fault);
  if (head.method !== 'POST' || jsonFault(head) !== null) return refused([]);
  return { kind: 'open', hasBody: true, inspect: (body) => refused(idsIn(body ?? EMPTY)) };
}

/** IDs of the requests in a body; none if it is not JSON. */
function idsIn(body: Buffer): readonly McpId[] {
  try {
    return requestIds(parseAnyJson(body).value);
  } catch (error) {
    if (error instanceof Malformed) return [];
    throw error;
  }
}

const EMPTY = Buffer.alloc(0);

/** What others said before a body was judged. */
interface Shared {
  /** What the replicas counted could not be read. */
  readonly lacksState: boolean;
  readonly classified: Classified | undefined;
}

/** Reads what the replicas counted, and whether one got untrusted content, for calls of tools. False: the server cannot be reached. */
async function fetchShared(
  body: Buffer,
  { counting, exchange, server }: McpSession,
  links: LinkedCalls | null,
): Promise<boolean> {
  // JSON may write the method with escapes.
  if (counting.shared === undefined || !['tools/call', '\\'].some((part) => body.includes(part))) return true;
  const counters = countersOf(exchange, server.tools);
  const known = await Promise.all([
    counters.length === 0 || counting.shared.fetch(counters),
    links === null || server.taintedBy === 'session' || links.recall(),
  ]);
  return known.every((isKnown) => isKnown);
}

/** GET opens a stream of the server's messages, DELETE ends the session. */
function openWithoutBody(head: RequestHead, session: McpSession, context: InspectionContext): OpenedRequest {
  if (head.header('transfer-encoding') !== undefined || (head.header('content-length') ?? '0') !== '0')
    return unreadable(plainRenderer, new Malformed('body', 'this method has none'));
  const method = head.method === 'GET' ? 'GET' : 'DELETE';
  const request: McpRequest = { session, method, ids: [], batch: false, methods: [] };
  const read: ReadRequest = {
    kind: 'read',
    refusals: plainRenderer,
    verdict: { kind: 'allow', hits: [] },
    control: controlOf({ kind: 'allow', hits: [] }, mcpContext(session, 'client').way),
    model: null,
    tools: [],
    calls: [],
    mcp: { methods: [], version: session.version },
    chars: 0,
    passed: null,
    reply: new McpReply(request, context.now),
  };
  return { kind: 'open', hasBody: false, inspect: () => read };
}

function inspectBody(
  raw: Buffer,
  head: RequestHead,
  session: McpSession,
  { now, policy, state = null, lacksState, classified }: InspectionContext & Shared,
): InspectedRequest {
  let ids: readonly McpId[] = [];
  let value: JsonValue = null;
  try {
    const parsed = parseAnyJson(raw);
    ({ value } = parsed);
    ids = requestIds(value);
    checkMcpVersion(value, head);
    const messages = readMessages(value, readOptions(session, 'client'));
    checkMcpHeaders(value, head, session.version);
    notePages(messages, session);
    const batch = isArray(value);
    const context = { ...mcpContext(session, 'client'), classified };
    const bodies: JudgedBody[] = [];
    const { verdict: own, settle } = judgeReserving(
      session.counting,
      policy.mode === 'enforce',
      (counting) => {
        const counted = {
          ...context,
          action: { ...context.action, ...(counting === undefined ? {} : { counting }) },
        };
        const each = judgeBody(parsed.text, messages, counted, now);
        bodies.push(each);
        return each.verdict;
      },
    );
    const [first] = bodies;
    const isLacking = lacksState && state !== null && messages.some(({ call }) => call !== null);
    const verdict = isLacking
      ? unreachable(own, policy.mode === 'observe' ? 'local' : state.onUnreachable)
      : own;
    const methods = messages.flatMap(({ method }) => (method === null ? [] : [method]));
    const request: McpRequest = { session, method: 'POST', ids, batch, methods };
    const edited = verdict.kind === 'redact' && first !== undefined ? passedText(first) : null;
    return {
      kind: 'read',
      refusals: refusalRenderer(session, ids, batch),
      verdict,
      ...(settle === undefined || verdict.kind === 'block' ? {} : { settle }),
      control: controlOf(verdict, context.way),
      model: null,
      tools: toolsOf(messages),
      calls: callsOf(messages),
      mcp: { methods, version: session.version },
      chars: 0,
      passed: edited !== null ? Buffer.from(edited) : verdict.kind === 'allow' ? raw : null,
      ...(edited === null ? {} : { repeated: repeatedMcpHeaders(value, parseText(edited), head) }),
      reply: new McpReply(request, now),
    };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return unreadable(faultRenderer(session, ids, error), error);
  }
}

function notePages(messages: readonly McpMessage[], { pages }: McpSession): void {
  for (const { id, listCursor } of messages)
    if (id !== null && listCursor !== undefined) pages.set(id, listCursor);
}

function unreadable(refusals: RefusalRenderer, fault: Malformed): UnreadableRequest {
  const code = fault instanceof UnknownMethod ? 'endpoint_not_allowed' : 'request_malformed';
  return { kind: 'unreadable', refusals, code, fault };
}
