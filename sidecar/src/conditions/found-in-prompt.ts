import type { Medium, Prompt } from '../exchange/index.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';
import { CONDITIONS, type Blindness, type Reason } from './condition.ts';
import { namesIn, type Found, type Seen } from './found.ts';
import { hasUnknownMembers, refersToStored } from './members.ts';
import { searchesByItself } from './models.ts';
import { sightOfTools, type NamedTool, type ToolsSight } from './tools.ts';

/** What is known of a prompt besides its members. */
interface PromptFacts {
  /** The provider stores the request or its reply. */
  readonly isStored: boolean;
  /** A container sends it to a model elsewhere. Default: false. */
  readonly isOutbound?: boolean;
  /** The action control knows private data in the conversation. */
  readonly isPrivate: boolean;
  /** A cookie, or the name of a session in its head. */
  readonly hasSession?: boolean;
  /** The request as it was written; empty where it has no body. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly policy: CompiledPolicy;
}

/** The request as its dialect read it. */
export function foundInPrompt(prompt: Prompt, facts: PromptFacts): Found {
  const { members, policy } = facts;
  const { offers, media } = prompt;
  const tools = sightOfTools(toolsOf(prompt), policy);
  const reasons = namesIn(reasonsIn(prompt, facts, tools));
  const hasMedia = media.some(({ kind }) => kind !== 'opaque');
  const hasState = reasons.some((reason) => OF_STATE.has(reason));
  const known = { hasTools: offers.length > 0, hasState, hasMedia };
  const blind: Seen<Blindness> = {
    media: hasMedia || allowsMedia(policy),
    detectors_off: detectorsOf(policy).includes(null),
    detectors_narrowed: looksForSome(policy),
    unknown_members: hasUnknownMembers(members, known),
    session: facts.hasSession === true,
    tools_unknown: tools.areUnknown,
  };
  return { reasons, blind: namesIn(blind) };
}

const OF_STATE: ReadonlySet<Reason> = new Set<Reason>(CONDITIONS.stateless);

function reasonsIn(prompt: Prompt, facts: PromptFacts, tools: ToolsSight): Seen<Reason> {
  const { offers, calls, results = [], segments, choice } = prompt;
  const says = (origin: string): boolean => segments.some((segment) => segment.origin === origin);
  const searches = searchesByItself(prompt.model);
  return {
    history: says('assistant') || calls.length > 0,
    stored: facts.isStored || prompt.isBackground === true,
    reference: refers(prompt) || refersToStored(facts.members),
    memory_tool: tools.remember,
    retrieval: says('document') || searches || tools.retrieve,
    embedding: facts.isOutbound === true && prompt.operation === 'embeddings',
    tool_offered: offers.length > 0 || choice.kind === 'forced' || searches,
    tool_called: calls.length > 0,
    tool_result: says('tool') || results.length > 0,
    mcp: tools.speakMcp,
    private_data: facts.isPrivate,
    acting_tool: tools.act,
    provider_tool: tools.areOfProvider || searches,
  };
}

function toolsOf({ offers, calls }: Prompt): readonly NamedTool[] {
  return [
    ...offers.map(({ name, builtin }) => ({ name, isOfProvider: builtin })),
    ...calls.map(({ name, atProvider }) => ({ name, isOfProvider: atProvider === true })),
  ];
}

function refers({ isFetch, media }: Prompt): boolean {
  return isFetch === true || media.some(isReference);
}

/** A reference to a file at the provider may stand where other requests have its content. */
function isReference({ kind, pointer }: Medium): boolean {
  return kind === 'opaque' || /\/file_?uri$/i.test(pointer);
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
