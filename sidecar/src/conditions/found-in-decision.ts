import type { Contributor, Decision, Hit, RefusalCode, ToolCall } from '../exchange/index.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';
import type { Blindness, Reason } from './condition.ts';
import { namesIn, type Found, type Seen } from './found.ts';
import { isKeptAt, isRetrievalAt, isStore, type Place } from './places.ts';
import { sightOfTools } from './tools.ts';

/** A call as it was written, as far as the conditions ask for it. */
type Called = Pick<ToolCall, 'name' | 'atProvider'>;

/** What is known of a decision besides its record. */
interface DecisionFacts {
  /** What passes without inspection is a health check or a list, which has room for no prompt. Default: false. */
  readonly isBare?: boolean | undefined;
  /** A request to a model, which was read: the host is the model, and nothing else is reached. Default: false. */
  readonly isOfModel?: boolean | undefined;
  /** Its request was not looked at yet. Default: false. */
  readonly isEarly?: boolean | undefined;
  /** What besides the model has a part in the reply. Default: nothing. */
  readonly contributors?: readonly Contributor[] | undefined;
}

/**
 * A decision about an exchange, or about a connection. Attempts that were refused count: they are what the boundary is needed for.
 * @param calls those that the message makes
 */
export function foundInDecision(
  decision: Decision,
  calls: readonly Called[],
  policy: CompiledPolicy | null,
  facts: DecisionFacts = {},
): Found {
  const { isBare = false, isOfModel = false, isEarly = false, contributors = [] } = facts;
  const { direction, hits, mcp } = decision;
  const tools = sightOfTools(
    calls.map(({ name, atProvider }) => ({ name, isOfProvider: atProvider === true })),
    policy,
  );
  const ranAtProvider = contributors.includes('provider');
  const goes = goesTo(isBare || isOfModel ? null : placeOf(decision));
  const did = (method: string): boolean => mcp?.methods.includes(method) === true;
  const seen: Seen<Reason> = {
    stored: goes.isKept,
    memory_tool: tools.remember,
    retrieval: [
      contributors.includes('document'),
      goes.retrieves,
      did('resources/read'),
      tools.retrieve,
    ].includes(true),
    data_store: goes.isStore,
    tool_called: calls.length > 0 || ranAtProvider,
    tool_result: contributors.includes('tool') || did('tools/call'),
    mcp: mcp !== undefined,
    ...dataIn(hits),
    outbound: direction === 'outbound' && !isOfModel && !isEarly,
    acting_tool: tools.act,
    provider_tool: tools.areOfProvider || ranAtProvider,
  };
  const blind: Seen<Blindness> = {
    unread: isUnread(decision, isBare),
    media: hits.some(({ rule, mode }) => mode === 'observe' && isMedia(rule)),
    tools_unknown: tools.areUnknown,
  };
  return { reasons: namesIn(seen), blind: namesIn(blind) };
}

function dataIn(hits: readonly Hit[]): Seen<Reason> {
  return {
    personal_data: hits.some(({ rule }) => rule.startsWith('pii.')),
    secret: hits.some(({ code }) => code === 'secret_detected'),
    document: hits.some(({ code }) => code === 'document_leak'),
  };
}

/** Null where a dialect or MCP read what was sent: it tells more than the route. */
function placeOf({ dialect, path, host, connection }: Decision): Place | null {
  if (connection !== undefined) {
    const name = connection.host ?? connection.address;
    return { path: '', host: name === null ? null : `${name}:${connection.port ?? ''}` };
  }
  return dialect === 'opaque' ? { path, host: host ?? null } : null;
}

function goesTo(place: Place | null): {
  readonly isKept: boolean;
  readonly retrieves: boolean;
  readonly isStore: boolean;
} {
  if (place === null) return { isKept: false, retrieves: false, isStore: false };
  return { isKept: isKeptAt(place), retrieves: isRetrievalAt(place), isStore: isStore(place) };
}

function isMedia(rule: string): boolean {
  return rule.startsWith('media.') && rule !== 'media.opaque';
}

/** Codes under which an observing policy lets pass what could not be read. */
const NOT_READ: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'request_malformed',
  'response_malformed',
  'endpoint_not_allowed',
  'body_too_large',
  'detector_unavailable',
]);

function isUnread({ kind, verdict, hits, connection }: Decision, isBare: boolean): boolean {
  if (kind === 'close' || verdict === 'block') return false;
  if (connection !== undefined) return true;
  if (verdict === 'pass') return !isBare;
  return hits.some((hit: Hit) => NOT_READ.has(hit.code));
}
