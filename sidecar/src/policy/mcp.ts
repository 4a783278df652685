/**
 * False while no control enforces `action.mcp`: a policy that names MCP servers is refused then, since it would promise a boundary
 * that is not there.
 */
export const MCP_ENFORCED = false as boolean;

/** An MCP server that may be used. */
export interface CompiledMcpServer {
  /** `host` or `host:port`, as written. */
  readonly server: string;
  /** True for `host[:port]` of a request that is this server's. */
  readonly matchesServer: (host: string) => boolean;
  /** Lists of globs that must all agree to a tool's name. */
  readonly tools: readonly (readonly string[])[];
  readonly allowsTool: (name: string) => boolean;
  /** A tool whose description or schema changes after it was first seen is refused. */
  readonly pin: boolean;
}
