import type { Decision, Hit, Prompt, RefusalCode, ToolCall } from '../exchange/index.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';
import { CONDITIONS, type Blindness, type Reason } from './condition.ts';
import { hasUnknownMembers } from './members.ts';

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
  /** A cookie, or the name of a session in its head. */
  readonly hasSession?: boolean;
  /** The request as it was written; empty where it has no body. */
  readonly members: Readonly<Record<string, unknown>>;
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
  const reasons = namesIn(seen);
  const hasMedia = media.some(({ kind }) => kind !== 'opaque');
  const hasState = reasons.some((reason) => OF_STATE.has(reason));
  const known = { hasTools: offers.length > 0, hasState, hasMedia };
  const blind: Readonly<Partial<Record<Blindness, boolean>>> = {
    media: hasMedia || allowsMedia(facts.policy),
    detectors_off: detectorsOf(facts.policy).includes(null),
    detectors_narrowed: looksForSome(facts.policy),
    unknown_members: hasUnknownMembers(facts.members, known),
    session: facts.hasSession === true,
  };
  return { reasons, blind: namesIn(blind) };
}

const OF_STATE: ReadonlySet<Reason> = new Set<Reason>(CONDITIONS.stateless);

/** A call as it was written, as far as the conditions ask for it. */
type Called = Pick<ToolCall, 'name'>;

/**
 * A decision about an exchange, or about a connection. Attempts that were refused count: they are what the boundary is needed for.
 * @param calls those that the message makes
 * @param isBare what passes without inspection is the request of a health check or a list, which has room for no prompt
 */
export function foundInDecision(
  decision: Decision,
  calls: readonly Called[],
  policy: CompiledPolicy | null,
  isBare = false,
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
  const blind: Readonly<Partial<Record<Blindness, boolean>>> = {
    unread: isUnread(decision, isBare),
    media: hits.some(({ rule, mode }) => mode === 'observe' && isMedia(rule)),
  };
  return { reasons: namesIn(seen), blind: namesIn(blind) };
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

function namesIn<T extends string>(seen: Readonly<Partial<Record<T, boolean>>>): readonly T[] {
  return (Object.keys(seen) as T[]).filter((name) => seen[name] === true);
}

/** What looks for personal data and credentials, in requests and in replies. */
function detectorsOf({ ingress, egress }: CompiledPolicy): readonly (object | null)[] {
  return [ingress.pii, ingress.secrets, egress.pii, egress.secrets];
}

/** Kinds of personal data are left out, in requests or in replies. */
function looksForSome({ ingress, egress }: CompiledPolicy): boolean {
  return [ingress.pii, egress.pii].some((pii) => pii?.isNarrowed === true);
}

/** Images, audio or files may be in replies, of which nothing is noted. */
function allowsMedia({ egress: { media } }: CompiledPolicy): boolean {
  return [media.image, media.audio, media.video, media.file].includes(null);
}

/** Whether policy says of a tool that it acts outside. */
function actsOutside({ action }: CompiledPolicy): (tool: string) => boolean {
  return (name) => action.tools.some((rule) => rule.actsOutside?.(name) === true);
}
