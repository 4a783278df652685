import type { Mode } from '../../exchange/verdict.ts';
import type { McpFeature } from '../../exchange/index.ts';
import type { CompiledTools } from './compiled-tools.ts';

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
