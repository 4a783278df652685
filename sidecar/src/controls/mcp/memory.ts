import type { RefusalCode } from '../../exchange/index.ts';

/** Of one server. A tool beyond it is refused: it could not be held to its definition. */
const MAX_TOOLS = 4096;
/** Beyond it, every session counts as tainted. */
const MAX_SESSIONS = 16_384;

interface Tools {
  /** The definition that a tool had when it was first seen. */
  readonly first: Map<string, string>;
  /** Why a tool was taken out of the last list that named it. */
  readonly withheld: Map<string, RefusalCode>;
}

/**
 * What one sidecar has seen of MCP servers: the definition that each tool had first, tools that were taken out of lists, and sessions
 * that have brought in untrusted text. Outlives policy reloads, so that touching a ConfigMap makes nothing trusted again. Bounded.
 */
export class McpMemory {
  readonly #servers = new Map<string, Tools>();
  readonly #tainted = new Set<string>();
  readonly #given = new Set<string>();

  /** True where the tool has the definition that it had when it was first seen; the first one is kept. */
  unchanged(server: string, tool: string, sha256: string): boolean {
    const { first } = this.#of(server);
    const known = first.get(tool);
    if (known !== undefined) return known === sha256;
    if (first.size >= MAX_TOOLS) return false;
    first.set(tool, sha256);
    return true;
  }

  /** Why the tool may not be called; null where nothing is known against it. */
  withheld(server: string, tool: string): RefusalCode | null {
    const { withheld } = this.#of(server);
    return withheld.get(tool) ?? (withheld.size >= MAX_TOOLS ? 'tool_changed' : null);
  }

  /** The tool was taken out of a list for this reason, or (null) passed. */
  listed(server: string, tool: string, code: RefusalCode | null): void {
    const { withheld } = this.#of(server);
    if (code === null) withheld.delete(tool);
    else if (withheld.size < MAX_TOOLS || withheld.has(tool)) withheld.set(tool, code);
  }

  /** The server gave this session its id. */
  give(session: string): void {
    if (this.#given.size < MAX_SESSIONS) this.#given.add(session);
  }

  /** False for an id that a client made up: it counts as no session, so that taint cannot be shed by inventing one. */
  given(session: string): boolean {
    return this.#given.has(session);
  }

  /** Untrusted text came in by this session or, where a server has none, from this server. */
  taint(session: string): void {
    if (this.#tainted.size < MAX_SESSIONS) this.#tainted.add(session);
  }

  tainted(session: string): boolean {
    return this.#tainted.has(session) || this.#tainted.size >= MAX_SESSIONS;
  }

  /** Policy names the servers, so they are few. */
  #of(server: string): Tools {
    let tools = this.#servers.get(server);
    if (tools === undefined) this.#servers.set(server, (tools = { first: new Map(), withheld: new Map() }));
    return tools;
  }
}
