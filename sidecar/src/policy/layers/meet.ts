import { canonicalDocument } from './canonical.ts';
import { meetAllow, meetEither, meetList, minOf, present, strictest, union } from './meet-parts.ts';
import { meetEgress, meetIngress } from './meet-text.ts';
import type { PolicyDocument } from '../keys/schema.ts';
import type { AllowList } from '../keys/schema-parts.ts';
import type { McpRule } from '../keys/schema-mcp.ts';

type Part<K extends keyof PolicyDocument> = NonNullable<PolicyDocument[K]>;
type Providers = NonNullable<Part<'outbound'>['providers']>;

/**
 * The weakest document that is at least as strict as both: idempotent, commutative and associative. What one document does not
 * name, the other decides. In canonical form.
 */
export function meet(a: PolicyDocument, b: PolicyDocument): PolicyDocument {
  return canonicalDocument(
    present({
      version: 1 as const,
      mode: strictest('enforce', a.mode, b.mode),
      models: meetEither(a.models, b.models, meetModels),
      limits: meetEither(a.limits, b.limits, meetLimits),
      endpoints: meetEither(a.endpoints, b.endpoints, meetEndpoints),
      ingress: meetEither(a.ingress, b.ingress, meetIngress),
      egress: meetEither(a.egress, b.egress, meetEgress),
      action: meetEither(a.action, b.action, meetAction),
      outbound: meetEither(a.outbound, b.outbound, meetOutbound),
      audit: meetEither(a.audit, b.audit, meetAudit),
    }),
  );
}

/** The meet of layers; of none, a document that says nothing but `enforce`. */
export function meetAll(layers: readonly PolicyDocument[]): PolicyDocument {
  const [first, ...rest] = layers;
  return rest.reduce(meet, canonicalDocument(first ?? { version: 1, mode: 'enforce' }));
}

function meetModels(a: Part<'models'>, b: Part<'models'>): Part<'models'> {
  return present({ mode: strictest('enforce', a.mode, b.mode), allow: meetAllow(a.allow, b.allow) });
}

function meetLimits(a: Part<'limits'>, b: Part<'limits'>): Part<'limits'> {
  return present({
    requestBytes: minOf(a.requestBytes, b.requestBytes),
    responseBytes: minOf(a.responseBytes, b.responseBytes),
    outputTokens: minOf(a.outputTokens, b.outputTokens),
    requestsPerMinute: minOf(a.requestsPerMinute, b.requestsPerMinute),
    tokensPerMinute: minOf(a.tokensPerMinute, b.tokensPerMinute),
    concurrent: minOf(a.concurrent, b.concurrent),
    holdChars: minOf(a.holdChars, b.holdChars),
    detectorMs: minOf(a.detectorMs, b.detectorMs),
  });
}

function meetEndpoints(a: Part<'endpoints'>, b: Part<'endpoints'>): Part<'endpoints'> {
  return present({
    pass: meetAllow(a.pass, b.pass),
    opaque: meetEither(a.opaque, b.opaque, (x, y) => strictest('deny', x, y)),
    upgrade: meetAllow(a.upgrade, b.upgrade),
    mcp: meetAllow(a.mcp, b.mcp),
    tcp: meetAllow(a.tcp, b.tcp),
  });
}

function meetAction(a: Part<'action'>, b: Part<'action'>): Part<'action'> {
  return present({
    mode: strictest('enforce', a.mode, b.mode),
    default: meetEither(a.default, b.default, (x, y) => strictest('deny', x, y)),
    tools: meetList(a.tools, b.tools),
    mcp: meetEither(a.mcp, b.mcp, meetMcp),
    hosts: meetAllow(a.hosts, b.hosts),
    tcp: meetAllow(a.tcp, b.tcp),
  });
}

/** Servers that both know, with what both allow of them. */
function meetMcp(a: McpRule[], b: McpRule[]): McpRule[] {
  const both = <T>(x: AllowList<T>, y: AllowList<T>): AllowList<T> => ({ allOf: [...x.allOf, ...y.allOf] });
  return a.flatMap((rule) =>
    b
      .filter(({ server }) => server === rule.server)
      .map((other) => ({
        server: rule.server,
        mode: strictest('enforce', rule.mode, other.mode),
        paths: both(rule.paths, other.paths),
        tools: both(rule.tools, other.tools),
        resources: both(rule.resources, other.resources),
        prompts: both(rule.prompts, other.prompts),
        clientFeatures: both(rule.clientFeatures, other.clientFeatures),
        pinning: [...rule.pinning, ...other.pinning],
      })),
  );
}

function meetOutbound(a: Part<'outbound'>, b: Part<'outbound'>): Part<'outbound'> {
  return present({ providers: meetEither(a.providers, b.providers, meetProviders) });
}

/** Which URL a name stands for has no stricter side: where layers disagree, the name stands for nothing. */
function meetProviders(a: Providers, b: Providers): Providers {
  const met = { ...a, ...b };
  for (const [name, own] of Object.entries(a)) {
    const other = b[name];
    if (other === undefined) continue;
    met[name] = own !== 'none' && other !== 'none' && own.url === other.url ? own : 'none';
  }
  return met;
}

function meetAudit(a: Part<'audit'>, b: Part<'audit'>): Part<'audit'> {
  return present({
    required: meetEither(a.required, b.required, (x, y) => x || y),
    content: meetEither(a.content, b.content, (x, y) => strictest('commit', x, y)),
    sinks: meetEither(a.sinks, b.sinks, union),
  });
}
