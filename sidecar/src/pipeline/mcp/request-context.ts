import { LinkedCalls, type McpContext } from '../../controls/index.ts';
import {
  errorBody,
  isModernMcp,
  refuseMcp,
  refuseMcpFault,
  type Malformed,
  type McpReading,
  type McpVersion,
} from '../../dialects/index.ts';
import { REFUSALS, type Exchange, type McpId, type Prompt, type Refusal } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { CompiledMcpServer } from '../../policy/compile/compiled-mcp.ts';
import type { InspectionContext, RefusalRenderer } from '../inspect/inspector.ts';

/** MCP messages address no model. */
const NO_PROMPT: Prompt = {
  operation: 'execute_tool',
  model: null,
  stream: true,
  maxOutputTokens: null,
  segments: [],
  offers: [],
  choice: { kind: 'none' },
  calls: [],
  media: [],
};

/** The context that both directions of an exchange with an MCP server are judged in. */
export interface McpSession {
  readonly exchange: Exchange;
  readonly policy: CompiledPolicy;
  readonly server: CompiledMcpServer;
  readonly memory: McpContext['memory'];
  readonly links: McpContext['links'];
  readonly counting: NonNullable<McpContext['action']['counting']>;
  readonly account: InspectionContext['account'] | undefined;
  readonly openSchema: InspectionContext['openSchema'] | undefined;
  readonly classifier: NonNullable<InspectionContext['classifier']> | null;
  /** Pages of lists of tools that its requests ask for: their cursors, null for the first, by ID. */
  readonly pages: Map<McpId, string | null>;
  /** Origin of the server: `http(s)://host[:port]`. */
  readonly origin: string;
  readonly version: McpVersion;
  /** Value of the `Mcp-Session-Id` header; null without one, and in revisions that have no sessions. */
  readonly sessionId: string | null;
  /** True if the client reads responses from the reply to its POST. False for 2024-11-05, where an error needs an error status. */
  readonly answersHere: boolean;
}

/** The facts of a request that its reply needs. */
export interface McpRequest {
  readonly session: McpSession;
  readonly method: 'POST' | 'GET' | 'DELETE';
  /** IDs of the requests in the body; each needs a response. */
  readonly ids: readonly McpId[];
  /** The body was a batch. */
  readonly batch: boolean;
  /** Methods of its requests and notifications. */
  readonly methods: readonly string[];
}

export function exchangeOf({ exchange }: InspectionContext): Exchange {
  return { ...exchange, dialect: 'mcp', prompt: NO_PROMPT };
}

/** Null where the workload itself is the server. */
export function linkedCalls(context: InspectionContext): LinkedCalls | null {
  return context.exchange.direction === 'inbound' ? null : new LinkedCalls(context);
}

/** The context for the messages of one side. Outbound, the server's messages are untrusted inbound text. */
export function mcpContext(
  { exchange, policy, server, memory, sessionId, links, pages, counting, account, openSchema }: McpSession,
  from: 'client' | 'server',
  before = '',
): McpContext {
  const realm = exchange.host ?? '';
  const named = sessionId === null ? null : sessionKey(exchange.host, sessionId);
  return {
    action: {
      exchange,
      policy,
      counting,
      listed: (tool) => memory.described(realm, tool),
      ...(account === undefined ? {} : { account }),
      ...(openSchema === undefined ? {} : { openSchema }),
    },
    server,
    memory,
    realm,
    session: named !== null && memory.given(named) ? named : realm,
    way: (exchange.direction === 'outbound') === (from === 'client') ? 'out' : 'in',
    links,
    pageOf: (request) => pages.get(request),
    before,
  };
}

/** Memory's key for a session of a server. */
export function sessionKey(host: string | null, id: string): string {
  return `${host ?? ''} ${id}`;
}

/** Origin of the texts of one side's messages. */
export function readOptions({ exchange, version }: McpSession, from: 'client' | 'server'): McpReading {
  if (exchange.direction === 'outbound')
    return { sender: from, origin: from === 'client' ? 'assistant' : 'tool', version };
  return { sender: from, origin: from === 'client' ? 'user' : 'assistant', version };
}

/** Renders refusals as responses to the requests of the body. */
export function refusalRenderer(
  { answersHere }: Pick<McpSession, 'answersHere'>,
  ids: readonly McpId[],
  batch: boolean,
): RefusalRenderer {
  return {
    refuse(refusal) {
      const rendered = refuseMcp(refusal, ids, batch);
      return answersHere ? rendered : { ...rendered, status: REFUSALS[refusal.code].status };
    },
  };
}

/** Renders the refusal of a body that cannot be read. */
export function faultRenderer(
  { version, answersHere }: Pick<McpSession, 'version' | 'answersHere'>,
  ids: readonly McpId[],
  fault: Malformed,
): RefusalRenderer {
  if (!isModernMcp(version)) return refusalRenderer({ answersHere }, ids, false);
  return { refuse: (refusal) => refuseMcpFault(refusal, fault, ids[0] ?? null) };
}

/** Renders refusals of bodies that are not requests, or were not read. */
export const plainRenderer = refusalRenderer({ answersHere: false }, [], false);

/** Errors for all requests of the body, as JSON text. */
export function errorsFor({ ids, batch }: Pick<McpRequest, 'ids' | 'batch'>, refusal: Refusal): string {
  return errorBody(refusal, ids, batch);
}
