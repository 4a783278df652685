import type { Mode } from '../../exchange/verdict.ts';
import type { McpFeature } from '../../exchange/index.ts';
import type { CompiledTools } from './compiled-tools.ts';

/** An allowed MCP server and its allowed parts; or the workload itself as a server. */
export interface CompiledMcpServer {
  /** `host` or `host:port`, as written; null for the workload itself. */
  readonly server: string | null;
  readonly mode: Mode;
  /** True if the raw path of a request is an MCP endpoint. */
  readonly matchesPath: (path: string) => boolean;
  readonly tools: CompiledTools;
  /** What it returns taints no session, unless injection was found. */
  readonly isTrusted: boolean;
  /** What taints a call of its tools: what arrived in the same session, or in any session of the caller. */
  readonly taintedBy: 'session' | 'caller';
  readonly allowsResource: (uri: string) => boolean;
  readonly allowsPrompt: (name: string) => boolean;
  /** True if the server may use the client feature. */
  readonly allowsFeature: (feature: McpFeature) => boolean;
  /** True if the tool is pinned to its first definition: a layer requires that, and has no pins of its own. */
  readonly pinsFirst: (tool: string) => boolean;
  /** False if the policy pins other definitions of this tool. `sha256`: lower-case hex. */
  readonly allowsDefinition: (tool: string, sha256: string) => boolean;
}

/** The servers of the policy, by the host of a request. */
export interface CompiledMcp {
  /** Those that policy lists, as written. */
  readonly servers: readonly string[];
  /** A server has `taintedBy: session`. */
  readonly linksSessions: boolean;
  /** Null if no server of the policy has this `host[:port]`. */
  readonly at: (host: string) => CompiledMcpServer | null;
  /** True if the policy names a server by this very address. */
  readonly listsAddress: (address: string) => boolean;
}
