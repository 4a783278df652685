import type { Decision, Hit, Prompt, RefusalCode, ToolCall } from '../exchange/index.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';
import type { Blindness, Reason } from './condition.ts';

/** What one step of an exchange says about the four conditions. */
export interface Found {
  readonly reasons: readonly Reason[];
  readonly blind: readonly Blindness[];
}

/** What is known of a prompt besides its members. */
interface PromptFacts {
  /** The provider stores the request or its reply. */
  readonly isStored: boolean;
  /** The action control knows private data in the conversation. */
  readonly isPrivate: boolean;
  readonly policy: CompiledPolicy;
}

/** Words that tools for long-term memory have in their names. A hint: whatever they are called, they break `no_tools`. */
const MEMORY_TOOL = /memor(?:y|ies)/i;
/** Tools of providers that bring text into the context. */
const RETRIEVING = /search|retriev|fetch|url_?context|ground/i;

/** The request as its dialect read it. */
export function foundInPrompt(prompt: Prompt, facts: PromptFacts): Found {
  const acts = actsOutside(facts.policy);
  const { offers, calls, results = [], segments, media, isFetch = false, isBackground = false } = prompt;
  const says = (origin: string): boolean => segments.some((segment) => segment.origin === origin);
  const named = [...offers, ...calls].map(({ name }) => name);
  const seen: Readonly<Partial<Record<Reason, boolean>>> = {
    history: says('assistant') || calls.length > 0,
    stored: facts.isStored || isBackground,
    reference: isFetch || media.some(({ kind }) => kind === 'opaque'),
    memory_tool: named.some((name) => MEMORY_TOOL.test(name)),
    retrieval: says('document') || offers.some(({ builtin, name }) => builtin && RETRIEVING.test(name)),
    tool_offered: offers.length > 0 || prompt.choice.kind === 'forced',
    tool_called: calls.length > 0,
    tool_result: says('tool') || results.length > 0,
    private_data: facts.isPrivate,
    acting_tool: named.some(acts),
    provider_tool: offers.some(({ builtin }) => builtin),
  };
  return {
    reasons: namesIn(seen),
    blind: [
      ...(media.some(({ kind }) => kind !== 'opaque') ? (['media'] as const) : []),
      ...(seesSensitive(facts.policy) ? [] : (['detectors_off'] as const)),
    ],
  };
}

/** A call as it was written, as far as the conditions ask for it. */
type Called = Pick<ToolCall, 'name'>;

/**
 * A decision about an exchange, or about a connection. Attempts that were refused count: they are what the boundary is needed for.
 * @param calls those that the message makes
 */
export function foundInDecision(
  decision: Decision,
  calls: readonly Called[],
  policy: CompiledPolicy | null,
): Found {
  const acts = policy === null ? (): boolean => false : actsOutside(policy);
  const { direction, hits, mcp } = decision;
  const seen: Readonly<Partial<Record<Reason, boolean>>> = {
    tool_called: calls.length > 0,
    mcp: mcp !== undefined,
    personal_data: hits.some(({ rule }) => rule.startsWith('pii.')),
    secret: hits.some(({ code }) => code === 'secret_detected'),
    document: hits.some(({ code }) => code === 'document_leak'),
    outbound: direction === 'outbound',
    acting_tool: calls.some(({ name }) => acts(name)),
  };
  return { reasons: namesIn(seen), blind: isUnread(decision) ? ['unread'] : [] };
}

/** Methods of health checks and of lists, which carry no prompt. */
const WITHOUT_PROMPT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);
/** Codes under which an observing policy lets pass what could not be read. */
const NOT_READ: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'request_malformed',
  'response_malformed',
  'endpoint_not_allowed',
  'body_too_large',
  'detector_unavailable',
]);

function isUnread({ kind, verdict, method, hits, connection }: Decision): boolean {
  if (kind === 'close' || verdict === 'block') return false;
  if (connection !== undefined) return true;
  if (verdict === 'pass') return !WITHOUT_PROMPT.has(method);
  return hits.some((hit: Hit) => NOT_READ.has(hit.code));
}

function namesIn(seen: Readonly<Partial<Record<Reason, boolean>>>): readonly Reason[] {
  return (Object.keys(seen) as Reason[]).filter((reason) => seen[reason] === true);
}

/** Personal data and credentials are looked for in requests and in replies. */
function seesSensitive({ ingress, egress }: CompiledPolicy): boolean {
  return [ingress.pii, ingress.secrets, egress.pii, egress.secrets].every((detector) => detector !== null);
}

/** Whether policy says of a tool that it acts outside. */
function actsOutside({ action }: CompiledPolicy): (tool: string) => boolean {
  return (name) => action.tools.some((rule) => rule.actsOutside?.(name) === true);
}
