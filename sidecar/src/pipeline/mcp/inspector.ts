import {
  allowsBatches,
  isArray,
  Malformed,
  mcpVersion,
  parseAnyJson,
  readMessages,
  refuseMcpVersion,
  requestIds,
  UnknownMethod,
  type JsonValue,
} from '../../dialects/index.ts';
import type { McpId } from '../../exchange/index.ts';
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
import { jsonFault } from '../inspect/media-type.ts';
import { callsOf, controlOf, judgeBody, passedText, toolsOf } from './judged.ts';
import { McpReply } from './reply.ts';
import {
  exchangeOf,
  mcpContext,
  plainRenderer,
  readOptions,
  refusalRenderer,
  taintOfCalls,
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
    const requested = head.header('mcp-protocol-version');
    const version = mcpVersion(requested);
    if (version === null) {
      const refusals: RefusalRenderer = { refuse: (refusal) => refuseMcpVersion(refusal, requested ?? '') };
      return unreadable(
        refusals,
        new Malformed('MCP-Protocol-Version', 'this revision of the protocol cannot be inspected'),
      );
    }
    const sessionId = head.header('mcp-session-id') ?? null;
    if (sessionId !== null && !isSessionId(sessionId)) {
      return unreadable(
        plainRenderer,
        new Malformed('Mcp-Session-Id', 'must be visible ASCII, at most 1024 characters'),
      );
    }
    const session: McpSession = {
      exchange: exchangeOf(context),
      policy: context.policy,
      server: this.#server,
      origin: context.origin,
      memory: context.memory,
      wasTainted: taintOfCalls(context),
      sessionId,
      batches: allowsBatches(version),
      answersHere: /text\/event-stream/i.test(head.header('accept') ?? ''),
    };
    if (head.method !== 'POST') return openWithoutBody(head, session, context);
    const fault = jsonFault(head);
    if (fault !== null) return unreadable(plainRenderer, fault);
    return { kind: 'open', hasBody: true, inspect: (body) => inspectBody(body ?? EMPTY, session, context) };
  }
}

const EMPTY = Buffer.alloc(0);

/** GET opens a stream of the server's messages, DELETE ends the session. */
function openWithoutBody(head: RequestHead, session: McpSession, context: InspectionContext): OpenedRequest {
  if (head.header('transfer-encoding') !== undefined || (head.header('content-length') ?? '0') !== '0')
    return unreadable(plainRenderer, new Malformed('body', 'this method has none'));
  const method = head.method === 'GET' ? 'GET' : 'DELETE';
  const request: McpRequest = { session, method, ids: [], batch: false };
  const read: ReadRequest = {
    kind: 'read',
    refusals: plainRenderer,
    verdict: { kind: 'allow', hits: [] },
    control: controlOf({ kind: 'allow', hits: [] }, mcpContext(session, 'client').way),
    model: null,
    tools: [],
    calls: [],
    chars: 0,
    passed: null,
    reply: new McpReply(request, context.now),
  };
  return { kind: 'open', hasBody: false, inspect: () => read };
}

function inspectBody(raw: Buffer, session: McpSession, { now }: InspectionContext): InspectedRequest {
  let ids: readonly McpId[] = [];
  let value: JsonValue = null;
  try {
    const parsed = parseAnyJson(raw);
    ({ value } = parsed);
    ids = requestIds(value);
    const messages = readMessages(value, readOptions(session, 'client'));
    const batch = isArray(value);
    const context = mcpContext(session, 'client');
    const judged = judgeBody(parsed.text, messages, context, now);
    const { verdict } = judged;
    const request: McpRequest = { session, method: 'POST', ids, batch };
    return {
      kind: 'read',
      refusals: refusalRenderer(session, ids, batch),
      verdict,
      control: controlOf(verdict, context.way),
      model: null,
      tools: toolsOf(messages),
      calls: callsOf(messages),
      chars: 0,
      passed:
        verdict.kind === 'allow' ? raw : verdict.kind === 'redact' ? Buffer.from(passedText(judged)) : null,
      reply: new McpReply(request, now),
    };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return unreadable(refusalRenderer(session, ids, false), error);
  }
}

function unreadable(refusals: RefusalRenderer, fault: Malformed): UnreadableRequest {
  const code = fault instanceof UnknownMethod ? 'endpoint_not_allowed' : 'request_malformed';
  return { kind: 'unreadable', refusals, code, fault };
}
