import type { Flow, McpId, McpMessage, McpOffer, McpUse, Segment } from '../../exchange/index.ts';
import type { CompiledMcpServer } from '../../policy/compile/compiled-mcp.ts';
import type { ActionContext } from '../action/action-context.ts';
import { judgeCall, type ListedTools } from '../action/action.ts';
import type { Budget } from '../budget.ts';
import { policyRules } from '../egress/egress.ts';
import type { Classified } from '../ingress/classifier.ts';
import { readings } from '../ingress/classified.ts';
import { ingressRules, judgeInjection, judgeJoined } from '../ingress/ingress.ts';
import { joinedTexts } from '../joined-text.ts';
import { judgeMedia } from '../media.ts';
import { scanText } from '../scan.ts';
import { Tally } from '../tally.ts';
import type { Hit } from '../../exchange/verdict.ts';
import type { McpLinks } from './links.ts';
import type { McpMemory } from './memory.ts';

/** The context that a message is judged in. */
export interface McpContext {
  /** What was read is known from the session. */
  readonly action: Omit<ActionContext, keyof Flow>;
  readonly server: CompiledMcpServer;
  readonly memory: McpMemory;
  /** Scope of remembered definitions: the host of the server; empty for the workload itself. */
  readonly realm: string;
  /** The session, or the realm if the server has none. */
  readonly session: string;
  /** `in`: towards the workload. `out`: away from it. */
  readonly way: 'in' | 'out';
  /** What calls follow from beside their own session. */
  readonly links: McpLinks;
  /** The cursor of the page of tools that a request with this ID asked for; null for the first page. Undefined: no such request is known. */
  readonly pageOf?: (request: McpId) => string | null | undefined;
  /** Text of earlier messages on the same stream, judged together with this one. */
  readonly before: string;
  /** What the classifier of the policy says of its texts. Absent: it was not asked. */
  readonly classified?: Classified | undefined;
}

/** Applies the MCP-specific controls to one message. Returns the pointers of parts to remove. */
export function judgeMessage(
  message: McpMessage,
  context: McpContext,
  tally: Tally,
  budget: Budget,
): readonly string[] {
  const gone: string[] = [];
  const injected = judgeTexts(message.segments, context, tally, budget);
  const joined = judgeBefore(message, context, tally, budget);
  judgeParts(message, context, tally, gone);
  const kept = message.offers.filter((offer) => judgeOffer(offer, context, { tally, budget, gone }));
  describeTools(message, kept, context);
  judgeFeatures(message, context, tally, gone);
  if (message.revisions.length > 0) context.memory.speaks(context.realm, message.revisions);
  const { memory, session, realm } = context;
  const tainted =
    injected ||
    joined ||
    memory.tainted(session, realm) ||
    (message.call !== null && context.links.taint(message.call, context.server, budget));
  for (const use of message.uses)
    judgeUse(use, message, { ...context.action, tainted, isPrivate: false }, context, { tally, budget });
  const isTrusted = context.server.isTrusted && !injected && !joined;
  if (context.way === 'in' && context.server.server !== null && bringsContent(message) && !isTrusted)
    taint(message, context, budget);
  else if (context.way === 'out' && message.call !== null && !tainted)
    context.links.asked(message.call, budget);
  return gone;
}

function describeTools(
  { id, toolList }: McpMessage,
  kept: readonly McpOffer[],
  { memory, realm, pageOf }: McpContext,
): void {
  const tools = kept.filter(({ kind }) => kind === 'tool');
  const after = id === null ? undefined : pageOf?.(id);
  memory.describe(realm, tools, toolList === null ? null : { after, ...toolList });
}

function taint(
  { segments, offers }: McpMessage,
  { memory, session, realm, links }: McpContext,
  budget: Budget,
): void {
  memory.taint(session, realm);
  links.read([...segments, ...offers.flatMap((offer) => offer.segments)], budget);
}

/** Inbound text is judged by its origin, outbound text by the egress rules. */
function judgeTexts(
  segments: readonly Segment[],
  context: McpContext,
  tally: Tally,
  budget: Budget,
): boolean {
  const { policy } = context.action;
  const isIn = context.way === 'in';
  let injected = false;
  for (const segment of segments) {
    if (isIn && judgeInjection(segment, [segment], { policy, tally, budget })) injected = true;
    const rules = isIn ? ingressRules(policy, segment.origin) : policyRules(policy);
    for (const span of scanText(segment.text, segment.pointer, rules, { tally, budget }))
      tally.redact({ pointer: segment.pointer, ...span });
  }
  for (const joined of joinedTexts(segments)) {
    if (!isIn)
      for (const redaction of joined.scan(policyRules(policy), { tally, budget })) tally.redact(redaction);
    else if (judgeJoined(joined, { policy, tally, budget })) injected = true;
  }
  return injected;
}

/** Text that was cut over several messages of a stream. */
function judgeBefore(
  { segments }: McpMessage,
  { action, way, before }: McpContext,
  tally: Tally,
  budget: Budget,
): boolean {
  if (way === 'out') return false;
  const found = readings(segments, before).map(({ parts, whole }) =>
    judgeInjection(whole, parts, { policy: action.policy, tally, budget }),
  );
  return found.includes(true);
}

/** Judges parts that no detector can read. Icons are removed alone, since nothing depends on them. */
function judgeParts(
  { media, icons }: McpMessage,
  { action, way }: McpContext,
  tally: Tally,
  gone: string[],
): void {
  const { ingress, egress } = action.policy;
  if (way === 'out') {
    judgeMedia(media, egress.media, 'egress', tally);
    return;
  }
  judgeMedia(media, ingress.media, 'ingress', tally);
  const { image } = ingress.media;
  if (image === null) return;
  for (const pointer of icons) {
    tally.hit(
      { control: 'ingress', rule: 'media.image', code: 'content_refused', pointer },
      { ...image, action: 'redact' },
    );
    if (tally.modeOf(image) === 'enforce') gone.push(pointer);
  }
}

interface Working {
  readonly tally: Tally;
  readonly budget: Budget;
}

/** An unlisted element of a list is removed alone; the rest passes, and the removal is recorded. False for one that is unlisted. */
function judgeOffer(
  offer: McpOffer,
  context: McpContext,
  { tally, budget, gone }: Working & { readonly gone: string[] },
): boolean {
  const { server, memory, realm } = context;
  const list = offer.pointer.slice(0, offer.pointer.lastIndexOf('/'));
  const drop = (hit: Omit<Hit, 'action' | 'mode'>): boolean => {
    tally.hit(hit, { action: 'redact', mode: server.mode });
    const dropped = tally.modeOf(server) === 'enforce';
    if (dropped) gone.push(offer.pointer);
    return dropped;
  };
  // One hit for all elements of a list: their number is the server's choice.
  const isUnlisted = !isListed(offer, server);
  if (
    isUnlisted &&
    drop({ control: 'action', rule: unlisted(offer), code: 'tool_not_allowed', pointer: list })
  )
    return false;
  const changed = isChanged(offer, context);
  const own = new Tally(context.action.policy.mode);
  judgeTexts(offer.segments, context, own, budget);
  const verdict = own.verdict();
  for (const { action, mode, ...hit } of verdict.hits)
    tally.hit(hit, {
      action: own.blocked && action === 'block' && mode === 'enforce' ? 'redact' : action,
      mode,
    });
  if (verdict.kind === 'block') {
    gone.push(offer.pointer);
    if (offer.kind === 'tool') memory.listed(realm, offer.name, verdict.code);
    return true;
  }
  if (verdict.kind === 'redact') for (const redaction of verdict.redactions) tally.redact(redaction);
  if (offer.sha256 === null || server.server === null) return true;
  if (changed)
    drop({ control: 'action', rule: 'mcp.tool-changed', code: 'tool_changed', pointer: offer.pointer });
  memory.listed(realm, offer.name, changed ? 'tool_changed' : null);
  return true;
}

/** The first definition is pinned even if other rules refuse it: a stricter policy must not pin another definition than a laxer one. */
function isChanged({ name, sha256 }: McpOffer, { server, memory, realm }: McpContext): boolean {
  if (sha256 === null || server.server === null) return false;
  const isFirst = !server.pinsFirst(name) || memory.unchanged(realm, name, sha256);
  return !isFirst || !server.allowsDefinition(name, sha256);
}

function judgeUse(
  use: McpUse,
  { call }: McpMessage,
  action: ActionContext,
  context: McpContext,
  { tally, budget }: Working,
): void {
  const { server, memory, realm } = context;
  const { pointer, kind, name } = use;
  if (kind !== 'tool' || call === null) {
    if (isListed(use, server)) return;
    const detail = `${pointer}: not listed in action.mcp`;
    tally.hit(
      { control: 'action', rule: unlisted(use), code: 'tool_not_allowed', pointer },
      { action: 'block', mode: server.mode },
      detail,
    );
    return;
  }
  judgeCall(action, { ...call, pointer }, tally, budget, toolsOf(server));
  const code = server.server === null ? null : memory.withheld(realm, name);
  if (code === null) return;
  const rule = code === 'tool_changed' ? 'mcp.tool-changed' : 'mcp.tool-withheld';
  tally.hit(
    { control: 'action', rule, code, pointer },
    { action: 'block', mode: server.mode },
    `${pointer}: its definition was refused; action.mcp of the policy would allow it`,
  );
}

function judgeFeatures(
  { declared, asks }: McpMessage,
  { server }: McpContext,
  tally: Tally,
  gone: string[],
): void {
  const hit = { control: 'action', rule: 'mcp.feature-not-listed', code: 'tool_not_allowed' } as const;
  for (const each of declared) {
    if (server.allowsFeature(each.feature)) continue;
    tally.hit({ ...hit, pointer: each.pointer }, { action: 'redact', mode: server.mode });
    if (tally.modeOf(server) === 'enforce') gone.push(each.pointer);
  }
  for (const { feature, pointer } of asks) {
    if (server.allowsFeature(feature)) continue;
    tally.hit(
      { ...hit, pointer },
      { action: 'block', mode: server.mode },
      'the server may not request this; clientFeatures in action.mcp lists what it may',
    );
  }
}

function toolsOf({ server, tools }: CompiledMcpServer): ListedTools {
  return server === null
    ? { tools, section: 'action.tools', unlisted: 'tool.not-listed' }
    : { tools, section: 'action.mcp', unlisted: 'mcp.tool-not-listed' };
}

function isListed({ kind, name }: McpUse, server: CompiledMcpServer): boolean {
  switch (kind) {
    case 'tool':
      return (
        (server.tools.default === 'allow' && server.tools.resembles(name) !== 'enforce') ||
        server.tools.tools.some((tool) => tool.matchesName(name))
      );
    case 'resource':
      return server.allowsResource(name);
    case 'prompt':
      return server.allowsPrompt(name);
    default:
      return kind satisfies never;
  }
}

function unlisted({ kind }: McpUse): string {
  return `mcp.${kind}-not-listed`;
}

/** True if the message has anything that a model might read, in whatever member, other than what the server says about itself. */
function bringsContent({ describesServer, segments, media, offers }: McpMessage): boolean {
  return !describesServer && [segments, media, offers].some(({ length }) => length > 0);
}
