import type { Mode } from '../controls/verdict.ts';
import type { McpFeature } from '../exchange/index.ts';
import { compileTools } from './compile-tools.ts';
import type { CompiledTools } from './compiled.ts';
import { compileUpgrades } from './endpoint.ts';
import { compileGlobLists } from './glob.ts';
import { compileAddressLists, compileHosts } from './host-pattern.ts';
import type { McpRule } from './schema-mcp.ts';

/** An MCP server that may be used, and what of it; or the workload itself, where it is one. */
export interface CompiledMcpServer {
  /** `host` or `host:port`, as written; null for the workload itself. */
  readonly server: string | null;
  readonly mode: Mode;
  /** True for the raw path of a request that is MCP. */
  readonly matchesPath: (path: string) => boolean;
  readonly tools: CompiledTools;
  readonly allowsResource: (uri: string) => boolean;
  readonly allowsPrompt: (name: string) => boolean;
  /** True where the server may ask the workload for it. */
  readonly allowsFeature: (feature: McpFeature) => boolean;
  /** True where the tool must keep the definition that was first seen: a layer wants that, and pins none of its own. */
  readonly pinsFirst: (tool: string) => boolean;
  /** False where the policy pins other definitions of this tool. `sha256`: lower-case hex. */
  readonly allowsDefinition: (tool: string, sha256: string) => boolean;
}

/** The servers of the policy, by the host of a request. */
export interface CompiledMcp {
  /** Null where no server of the policy is at `host[:port]`. */
  readonly at: (host: string) => CompiledMcpServer | null;
  /** True where a server of the policy is named by this very address. */
  readonly listsAddress: (address: string) => boolean;
}

export function compileMcp(rules: readonly McpRule[], section: Mode): CompiledMcp {
  const servers = rules.map((rule) => ({
    matches: compileHosts([rule.server]),
    compiled: compileServer(rule, section),
  }));
  return {
    at: (host) => servers.find(({ matches }) => matches(host))?.compiled ?? null,
    listsAddress: compileAddressLists([rules.map(({ server }) => server)]),
  };
}

function compileServer({ server, ...rule }: McpRule, section: Mode): CompiledMcpServer {
  const mode = section === 'observe' ? 'observe' : rule.mode;
  const layers = rule.pinning.map(({ pin, pins }) => ({ pin, pins: new Map(Object.entries(pins)) }));
  return {
    server,
    mode,
    matchesPath: compileUpgrades(rule.paths.allOf),
    tools: {
      tools: compileTools(
        rule.tools.allOf.map((tools) => ({ default: 'deny' as const, tools: [...tools] })),
        mode,
      ),
      default: 'deny',
      mode,
    },
    allowsResource: compileGlobLists(rule.resources.allOf),
    allowsPrompt: compileGlobLists(rule.prompts.allOf),
    allowsFeature: (feature) => rule.clientFeatures.allOf.every((list) => list.includes(feature)),
    pinsFirst: (tool) => layers.some(({ pin, pins }) => pin && !pins.has(tool)),
    allowsDefinition: (tool, sha256) =>
      layers.every(({ pins }) => pins.get(tool)?.includes(`sha256-${sha256}`) ?? true),
  };
}

/** The workload as an MCP server: its tools are those of `action.tools`, everything else is its own affair. */
export function compileOwnMcp(
  paths: readonly (readonly string[])[],
  tools: CompiledTools,
): CompiledMcpServer {
  return {
    server: null,
    mode: tools.mode,
    matchesPath: compileUpgrades(paths),
    tools,
    allowsResource: () => true,
    allowsPrompt: () => true,
    allowsFeature: () => true,
    pinsFirst: () => false,
    allowsDefinition: () => true,
  };
}
