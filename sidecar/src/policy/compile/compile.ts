import { UNKNOWN_WORKLOAD, type Workload } from '../../exchange/index.ts';
import { canonicalPolicy } from '../layers/canonical.ts';
import { SCANNING, type BuiltinDetectors } from './builtin-detectors.ts';
import { compileCallers, namesOfCallers } from './compile-callers.ts';
import type { ClusterIssuer } from './compiled-callers.ts';
import { compileEgress, compileIngress, type Fingerprints } from './compile-text.ts';
import {
  compileModels,
  compilePrivate,
  compileResemblance,
  compileTools,
  compileTrust,
  countsOf,
  flowsAskedFor,
} from './compile-tools.ts';
import type {
  CompiledAudit,
  CompiledBudget,
  CompiledOtlpSink,
  CompiledPolicy,
  CompiledProvider,
  CompiledRates,
} from './compiled.ts';
import { compileNamed, compilePasses, compileUpgrades } from '../patterns/endpoint.ts';
import { compilePrefixes } from '../patterns/prefix.ts';
import type { CompletePolicy } from '../layers/fill.ts';
import { patternOf, plainHosts } from '../patterns/host-entry.ts';
import { compileAddressLists } from '../patterns/host-pattern.ts';
import { compileHostEntries } from './compile-hosts.ts';
import { compileMcp, compileOwnMcp } from './compile-mcp.ts';
import { compileState } from './compile-state.ts';
import { BUILTIN_PROVIDERS } from '../patterns/provider.ts';
import { sealed as sealing } from '../keys/audit-sealed.ts';
import type { Rates, Spend } from '../keys/limits.ts';
import type { OtlpSinkSetting } from '../keys/audit-sinks.ts';
import { PolicyInvalid, type Problem } from '../kinds/problem.ts';
import { windowOf } from '../kinds/quantity.ts';
import { formatPorts } from '../patterns/ports.ts';
import { intersectPorts, intersectTcp, whyInspected, type TcpServer } from '../patterns/tcp.ts';

/** Inputs of compilation besides the document. */
export interface CompileOptions {
  readonly name: string;
  readonly generation: number;
  readonly loadedAtMs: number;
  /** Fingerprint files beside the policy. */
  readonly fingerprints: Fingerprints;
  /** Path prefixes of the workload's own server, literal; see {@link compilePrefixes}. Default: none. */
  readonly inboundPrefixes?: readonly string[];
  /** Who issues tokens of service accounts. Default: not known. */
  readonly cluster?: ClusterIssuer | null;
  /** The pod that is guarded. Default: not known, so that no condition on it holds. */
  readonly workload?: Workload;
  /** Default: `SCANNING`. */
  readonly detectors?: BuiltinDetectors;
}

const NOTHING_PRIVATE =
  'no tool of the policy has reads: private, and neither ingress.pii nor ingress.secrets looks for private data';

/** Compiles a policy. @throws PolicyInvalid, with everything that this sidecar cannot enforce. */
export function compile(policy: CompletePolicy, options: CompileOptions): CompiledPolicy {
  const { models, limits, endpoints, ingress, egress, action, audit } = policy;
  const detectors = options.detectors ?? SCANNING;
  const readsPrivate = compilePrivate(action.tools);
  const knowsPrivate =
    readsPrivate !== null || [ingress.pii, ingress.secrets].some((each) => each.action !== 'off');
  const hosts = compileHostEntries(action.hosts.allOf);
  const tools = {
    tools: compileTools(action.tools, action.mode, {
      path: 'action.tools',
      absent: {
        ...namesOfCallers(policy.callers),
        ...(knowsPrivate ? {} : { 'exchange.private': NOTHING_PRIVATE }),
      },
    }),
    place: 'action.tools',
    counts: countsOf(action.tools),
    trusts: compileTrust(action.tools),
    default:
      action.default === 'deny' || action.tools.some((set) => set.default === 'deny')
        ? ('deny' as const)
        : ('allow' as const),
    resembles: compileResemblance(action.tools),
    mode: action.mode,
  };
  const spend = compileSpend(limits.spend ?? []);
  const mcp = compileMcp(action.mcp, action.mode);
  const asked = flowsAskedFor([
    ...action.tools.flatMap((set) => set.tools),
    ...action.mcp.flatMap((server) => server.tools.allOf.flat()),
  ]);
  const listsAddress = compileAddressLists(action.hosts.allOf.map(plainHosts));
  const allowsModel = compileModels(models.allow.allOf);
  return {
    name: options.name,
    generation: options.generation,
    sha256: canonicalPolicy(policy).sha256,
    loadedAtMs: options.loadedAtMs,
    mode: policy.mode,
    workload: options.workload ?? UNKNOWN_WORKLOAD,
    allowsModel: allowsModel ?? (() => true),
    modelsMode: models.mode,
    followsConversations: [...spend, ...tools.counts].some(({ of }) => of === 'conversation'),
    limits: {
      requestBytes: limits.requestBytes,
      responseBytes: limits.responseBytes,
      outputTokens: limits.outputTokens ?? null,
      ...compileRates(limits),
      perCaller: limits.perCaller === undefined ? null : compileRates(limits.perCaller),
      spend,
      holdChars: limits.holdChars,
      detectorMs: limits.detectorMs,
    },
    endpoints: {
      passes: compilePasses(endpoints.pass.allOf),
      names: compileNamed(endpoints.pass.allOf),
      prefixes: compilePrefixes(endpoints.prefixes.allOf, options.inboundPrefixes),
      opaque: endpoints.opaque,
      upgrades: compileUpgrades(endpoints.upgrade.allOf),
      mcp: compileOwnMcp(endpoints.mcp.allOf, tools),
      tcp: intersectPorts(endpoints.tcp.allOf),
    },
    callers: compileCallers(policy.callers, options.cluster ?? null),
    ingress: compileIngress(ingress, detectors),
    egress: compileEgress(egress, options.fingerprints, detectors),
    action: {
      ...tools,
      offers: action.offers,
      onDeny: action.onDeny,
      readsPrivate,
      asksForPrivate: asked.isPrivate,
      linksTurns: asked.tainted || asked.isPrivate,
      hosts,
      listsAddress: (address) => listsAddress(address) || mcp.listsAddress(address),
      hostsMode: action.mode,
      providers: compileProviders(
        policy.outbound.providers,
        (host) => hosts.reaches(host) || mcp.at(host) !== null,
      ),
      mcp,
      tcp: compileTcp(policy),
    },
    audit: {
      required: audit.required,
      ...compileContent(audit),
      callers: audit.callers,
      whenFull: audit.whenFull,
      anchor: audit.anchor,
      ...compileSinks(audit),
    },
    state: compileState(policy.state, options.workload ?? UNKNOWN_WORKLOAD),
  };
}

function compileRates({ requestsPerMinute, tokensPerMinute, concurrent }: Rates): CompiledRates {
  return {
    requestsPerMinute: requestsPerMinute ?? null,
    tokensPerMinute: tokensPerMinute ?? null,
    concurrent: concurrent ?? null,
  };
}

const COUNTED = ['tokens', 'inputTokens', 'outputTokens'] as const;

function compileSpend(entries: readonly Spend[]): readonly CompiledBudget[] {
  return entries.flatMap(({ of, window, unreported, ...limits }) =>
    COUNTED.flatMap((counts): CompiledBudget[] => {
      const limit = limits[counts];
      return limit === undefined
        ? []
        : [{ of, counts, limit, window, windowMs: windowOf(window) ?? 0, unreported }];
    }),
  );
}

const NO_RECIPIENTS = sealing.schema.parse({});

/** @throws PolicyInvalid where bodies are to be sealed and no layer's recipient is also one of the others' */
function compileContent({
  content,
  sealed,
}: CompletePolicy['audit']): Pick<CompiledAudit, 'content' | 'sealed'> {
  if (content !== 'sealed') return { content, sealed: null };
  const { recipients = [], ...bounds } = sealed ?? NO_RECIPIENTS;
  if (recipients.length === 0)
    throw new PolicyInvalid([
      {
        source: 'effective policy',
        line: null,
        column: null,
        path: 'audit.sealed.recipients',
        message:
          'audit.content is sealed, and there is no recipient that all layers name: no identity could open the bodies',
      },
    ]);
  return { content: 'commit', sealed: { recipients, ...bounds } };
}

/** Receivers are sent the files, so that a receiver implies files. */
function compileSinks({ required, sinks }: CompletePolicy['audit']): Pick<CompiledAudit, 'sinks' | 'otlp'> {
  if (sinks === undefined) return { sinks: null, otlp: [] };
  const named = sinks.filter((sink) => typeof sink === 'string');
  const otlp = sinks.flatMap((sink) => (typeof sink === 'string' ? [] : [compileOtlp(sink.otlp)]));
  const needsFile = (required || otlp.length > 0) && !named.includes('file');
  return { sinks: needsFile ? ['file', ...named] : named, otlp };
}

function compileOtlp({ unsentFor, ...sink }: OtlpSinkSetting): CompiledOtlpSink {
  return { ...sink, unsentMs: unsentFor };
}

/** Layers that are valid separately may contradict each other. @throws PolicyInvalid */
function compileTcp({ action, outbound }: CompletePolicy): readonly TcpServer[] {
  const servers = intersectTcp(action.tcp.allOf);
  const inspected = {
    hosts: action.hosts.allOf.map((list) => list.map(patternOf)),
    mcp: action.mcp.map(({ server }) => server),
    providers: Object.values(outbound.providers).flatMap((provider) =>
      provider === 'none' ? [] : [provider.url],
    ),
  };
  const problems = servers.flatMap((server): Problem[] => {
    const reason = whyInspected({ host: server.host, port: formatPorts(server) }, inspected);
    return reason === null
      ? []
      : [{ source: 'effective policy', line: null, column: null, path: 'action.tcp', message: reason }];
  });
  if (problems.length > 0) throw new PolicyInvalid(problems);
  return servers;
}

/** Built-in ones and the policy's own whose host `action.hosts` or `action.mcp` allows; sorted by name. */
function compileProviders(
  own: CompletePolicy['outbound']['providers'],
  allowsHost: (host: string) => boolean,
): readonly CompiledProvider[] {
  const urls = new Map(Object.entries(BUILTIN_PROVIDERS));
  for (const [name, provider] of Object.entries(own)) {
    if (provider === 'none') urls.delete(name);
    else urls.set(name, provider.url);
  }
  return [...urls]
    .filter(([, url]) => allowsHost(new URL(url).host))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, url]) => ({ name, url }));
}
