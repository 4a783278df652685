import { canonicalPolicy } from './canonical.ts';
import { compileEgress, compileIngress, type Fingerprints } from './compile-text.ts';
import { compileModels, compileTools } from './compile-tools.ts';
import type { CompiledPolicy, CompiledProvider } from './compiled.ts';
import { compilePasses, compileUpgrades } from './endpoint.ts';
import type { CompletePolicy } from './fill.ts';
import { compileGlobLists } from './glob.ts';
import { compileAddressLists, compileHostLists } from './host-pattern.ts';
import { MCP_ENFORCED, type CompiledMcpServer } from './mcp.ts';
import { PolicyInvalid } from './problem.ts';
import { BUILTIN_PROVIDERS } from './provider.ts';
import type { McpRule } from './schema-action.ts';

/** What a compiled policy carries besides its rules. */
export interface CompileOptions {
  readonly name: string;
  readonly generation: number;
  readonly loadedAtMs: number;
  /** Fingerprint files beside the policy. */
  readonly fingerprints: Fingerprints;
}

/** Makes a policy ready to be asked. @throws PolicyInvalid, with everything that this sidecar cannot hold to. */
export function compile(policy: CompletePolicy, options: CompileOptions): CompiledPolicy {
  const { models, limits, endpoints, ingress, egress, action, audit } = policy;
  if (action.mcp.length > 0 && !MCP_ENFORCED) throw notEnforced();
  const allowsHost = compileHostLists(action.hosts.allOf);
  const tools = compileTools(action.tools, action.mode);
  const allowsModel = compileModels(models.allow.allOf);
  return {
    name: options.name,
    generation: options.generation,
    sha256: canonicalPolicy(policy).sha256,
    loadedAtMs: options.loadedAtMs,
    mode: policy.mode,
    allowsModel: allowsModel ?? (() => true),
    modelsMode: models.mode,
    limits: {
      requestBytes: limits.requestBytes,
      responseBytes: limits.responseBytes,
      outputTokens: limits.outputTokens ?? null,
      requestsPerMinute: limits.requestsPerMinute ?? null,
      tokensPerMinute: limits.tokensPerMinute ?? null,
      concurrent: limits.concurrent ?? null,
      holdChars: limits.holdChars,
      detectorMs: limits.detectorMs,
    },
    endpoints: {
      passes: compilePasses(endpoints.pass.allOf),
      opaque: endpoints.opaque,
      upgrades: compileUpgrades(endpoints.upgrade.allOf),
    },
    ingress: compileIngress(ingress),
    egress: compileEgress(egress, options.fingerprints),
    action: {
      default:
        action.default === 'deny' || action.tools.some((set) => set.default === 'deny') ? 'deny' : 'allow',
      mode: action.mode,
      tools,
      allowsHost,
      listsAddress: compileAddressLists(action.hosts.allOf),
      hostsMode: action.mode,
      providers: compileProviders(policy.outbound.providers, allowsHost),
      mcp: action.mcp.map(compileMcp),
    },
    audit: {
      required: audit.required,
      content: audit.content,
      sinks: audit.required && !audit.sinks.includes('file') ? ['file', ...audit.sinks] : audit.sinks,
    },
  };
}

/** Built-in ones and the policy's own, as far as `action.hosts` allows their host; sorted by name. */
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

function compileMcp({ server, tools, pin }: McpRule): CompiledMcpServer {
  return {
    server,
    matchesServer: compileHostLists([[server]]),
    tools: tools.allOf,
    allowsTool: compileGlobLists(tools.allOf),
    pin,
  };
}

function notEnforced(): PolicyInvalid {
  const message =
    'recognised, but this version does not enforce it; take it out, so that the policy does not promise what is not there';
  return new PolicyInvalid([
    { source: 'effective policy', line: null, column: null, path: 'action.mcp', message },
  ]);
}
