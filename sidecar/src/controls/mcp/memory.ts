import type { McpOffer, RefusalCode, ToolOffer } from '../../exchange/index.ts';

/** Limit per server. Further tools are refused, since their definitions could not be pinned. */
const MAX_TOOLS = 4096;
/** Above it, every session counts as tainted. */
const MAX_SESSIONS = 16_384;

/** UTF-16 code units of the schemas of one server. Tools beyond count as listed without one. */
const MAX_SCHEMAS = 4_194_304;

interface ListedTool {
  readonly sha256: string | null;
  readonly offer: ToolOffer;
  /** Of its schema, in UTF-16 code units. */
  readonly size: number;
}

interface Tools {
  /** The first definition of each tool. */
  readonly first: Map<string, string>;
  /** Why a tool was removed from the last list with it. */
  readonly withheld: Map<string, RefusalCode>;
  /** As each was listed last. */
  readonly described: Map<string, ListedTool>;
  /** Of all schemas in `described`. */
  size: number;
  /** What it said last. */
  revisions: readonly string[];
}

/**
 * Memory of one sidecar about MCP servers: first definitions of tools, removed tools, and sessions with untrusted content. Survives policy
 * reloads, so that editing a ConfigMap does not restore trust. Bounded.
 */
export class McpMemory {
  readonly #servers = new Map<string, Tools>();
  readonly #tainted = new Set<string>();
  readonly #given = new Set<string>();
  readonly #base: McpMemory | null;

  /** `base` is known here too, and never changed: what a policy that decides has seen, for one that only judges beside it. */
  constructor(base: McpMemory | null = null) {
    this.#base = base;
  }

  /** True if the definition equals the first one, which is kept. */
  unchanged(server: string, tool: string, sha256: string): boolean {
    const { first } = this.#of(server);
    const known = this.#base?.firstOf(server, tool) ?? first.get(tool);
    if (known !== undefined) return known === sha256;
    if (first.size >= MAX_TOOLS) return false;
    first.set(tool, sha256);
    return true;
  }

  /** The definition that a tool had when it was first seen; undefined where it was not. */
  firstOf(server: string, tool: string): string | undefined {
    return this.#servers.get(server)?.first.get(tool);
  }

  /** Why the tool may not be called; null if it may. */
  withheld(server: string, tool: string): RefusalCode | null {
    const { withheld } = this.#of(server);
    return withheld.get(tool) ?? (withheld.size >= MAX_TOOLS ? 'tool_changed' : null);
  }

  /** The tool was removed from a list for this reason, or (null) passed. */
  listed(server: string, tool: string, code: RefusalCode | null): void {
    const { withheld } = this.#of(server);
    if (code === null) withheld.delete(tool);
    else if (withheld.size < MAX_TOOLS || withheld.has(tool)) withheld.set(tool, code);
  }

  /** The server listed the tool like this. */
  describe(server: string, { name, pointer, sha256, schema }: McpOffer): void {
    const tools = this.#of(server);
    const known = tools.described.get(name);
    if (known?.sha256 === sha256 || (known === undefined && tools.described.size >= MAX_TOOLS)) return;
    const size = schema === undefined ? 0 : JSON.stringify(schema).length;
    const others = tools.size - (known?.size ?? 0);
    const fits = others + size <= MAX_SCHEMAS;
    const offer = { name, pointer, builtin: false, ...(fits ? { schema } : {}) };
    tools.described.set(name, { sha256, offer, size: fits ? size : 0 });
    tools.size = others + (fits ? size : 0);
  }

  /** The tool as the server listed it last; empty if it did not. */
  described(server: string, tool: string): readonly ToolOffer[] {
    const known = this.#servers.get(server)?.described.get(tool);
    return known === undefined ? (this.#base?.described(server, tool) ?? []) : [known.offer];
  }

  /** Revisions that the server last said it speaks; empty if it did not. */
  revisions(server: string): readonly string[] {
    return this.#servers.get(server)?.revisions ?? [];
  }

  /** The server said that it speaks these; the first few are kept. */
  speaks(server: string, revisions: readonly string[]): void {
    this.#of(server).revisions = revisions.slice(0, 16).map((revision) => revision.slice(0, 16));
  }

  /** The server assigned this session ID. */
  give(session: string): void {
    if (this.#given.size < MAX_SESSIONS) this.#given.add(session);
  }

  /** False for an ID that a client made up: it counts as no session, so that inventing one does not remove taint. */
  given(session: string): boolean {
    return this.#given.has(session) || this.#base?.given(session) === true;
  }

  /** Untrusted content arrived in this session, or (`session` equals `server`) from this server outside of any session. */
  taint(session: string, server: string): void {
    for (const each of [session, anyOf(server)])
      if (this.#tainted.size < MAX_SESSIONS) this.#tainted.add(each);
  }

  /** What is outside of any session may belong to each of them. */
  tainted(session: string, server: string): boolean {
    const isFull = this.#tainted.size >= MAX_SESSIONS;
    const known = session === server ? anyOf(server) : session;
    return isFull || this.#tainted.has(known) || this.#base?.tainted(session, server) === true;
  }

  /** Policy names the servers, so there are few. */
  #of(server: string): Tools {
    let tools = this.#servers.get(server);
    if (tools === undefined)
      this.#servers.set(
        server,
        (tools = { first: new Map(), withheld: new Map(), described: new Map(), size: 0, revisions: [] }),
      );
    return tools;
  }
}

/** No host and no session ID has a line break. */
function anyOf(server: string): string {
  return `${server}\n`;
}
