import type { McpOffer, RefusalCode } from '../../exchange/index.ts';
import type { Listing } from '../action/action-context.ts';
import { RecentSessions } from './recent-sessions.ts';

/** Limit per server. Further tools are refused, since their definitions could not be pinned. */
const MAX_TOOLS = 4096;

/** Since untrusted content arrived last, for calls that it may concern in any session. */
const KEEP_MS = 24 * 3_600_000;
/** Between two reports of the same to other replicas. */
const TELL_MS = 60_000;

/** Lists of one server at the same time; of others nothing is known to be removed. */
const MAX_BEGUN = 8;

/** UTF-16 code units of the schemas of one server. Calls of tools beyond are refused where their schema is needed. */
const MAX_SCHEMAS = 4_194_304;

interface ListedTool extends Listing {
  /** Of its definitions, one a line. */
  readonly key: string;
  /** Of its schemas, in UTF-16 code units. */
  readonly size: number;
}

const NOT_SEEN: Listing = { state: 'not seen', offers: [] };
const REMOVED: ListedTool = { state: 'removed', offers: [], key: '', size: 0 };

/** A list up to one of its pages. */
interface Begun {
  readonly byName: ReadonlyMap<string, readonly McpOffer[]>;
  /** Of its schemas, in UTF-16 code units. */
  readonly size: number;
}

/** Where a page belongs: the cursors that its request had, undefined if it is not known, and that of the page after it. */
interface Page {
  readonly after: string | null | undefined;
  readonly next: string | null;
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
  /** Lists that are not complete yet, by the cursor of their next page. */
  readonly begun: Map<string, Begun>;
  /** Its lists have had several pages. */
  hasPages: boolean;
  /** What it said last. */
  revisions: readonly string[];
}

/**
 * Memory of one sidecar about MCP servers: first definitions of tools, removed tools, and sessions with untrusted content. Survives policy
 * reloads, so that editing a ConfigMap does not restore trust. Bounded; sessions end 24 hours after their last use.
 */
export class McpMemory {
  readonly #servers = new Map<string, Tools>();
  readonly #tainted = new RecentSessions();
  readonly #given = new RecentSessions();
  readonly #base: McpMemory | null;
  readonly #now: () => number;
  #readAtMs = -Infinity;
  #unkeptAtMs = -Infinity;
  #toldAtMs = -Infinity;

  /** `base` is known here too, and never changed: what a policy that decides has seen, for one that only judges beside it. */
  constructor(base: McpMemory | null = null, now: () => number = Date.now) {
    this.#base = base;
    this.#now = now;
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

  /**
   * The server sent this list of tools, or a page of one; null: something else. Tools that a list has more than once, on whichever pages, have each
   * of these schemas. One that a list no longer has is removed once its last page is there. A page whose request is not known says nothing of other tools.
   */
  describe(server: string, offers: readonly McpOffer[], page: Page | null): void {
    const tools = this.#of(server);
    const before = begunBefore(tools, page);
    const byName = new Map(before?.byName);
    for (const offer of offers) byName.set(offer.name, [...(byName.get(offer.name) ?? []), offer]);
    for (const name of new Set(offers.map((offer) => offer.name)))
      describeTool(tools, name, byName.get(name) ?? []);
    if (page === null) return;
    if (page.next !== null || typeof page.after === 'string') tools.hasPages = true;
    if (page.next !== null) {
      if (before !== null) goOn(tools, page.next, { byName, size: before.size + sizeOf(offers) });
      return;
    }
    if (before === null && (page.after !== undefined || tools.hasPages)) return;
    for (const [name, { size }] of tools.described) {
      if (byName.has(name)) continue;
      tools.described.set(name, REMOVED);
      tools.size -= size;
    }
  }

  /** The tool as the server listed it last. */
  described(server: string, tool: string): Listing {
    const known = this.#servers.get(server)?.described.get(tool);
    return known ?? this.#base?.described(server, tool) ?? NOT_SEEN;
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
    this.#given.add(session, this.#now());
  }

  /** False for an ID that a client made up: it counts as no session, so that inventing one does not remove taint. */
  given(session: string): boolean {
    return this.#given.use(session, this.#now()) || this.#base?.hasGiven(session) === true;
  }

  /** Untrusted content arrived in this session, or (`session` equals `server`) from this server outside of any session. */
  taint(session: string, server: string): void {
    for (const each of [session, anyOf(server)]) this.#tainted.add(each, this.#now());
  }

  /** What is outside of any session may belong to each of them. True for all sessions while some are not known that would be. */
  tainted(session: string, server: string): boolean {
    const known = session === server ? anyOf(server) : session;
    const isKnown = this.#tainted.use(known, this.#now()) || this.#tainted.hasLost(this.#now());
    return isKnown || this.#base?.hasTainted(known) === true;
  }

  /** Untrusted content arrived from a server that the workload calls. True if it is some time since this was last true. */
  read(nowMs: number): boolean {
    this.#readAtMs = nowMs;
    if (nowMs - this.#toldAtMs < TELL_MS) return false;
    this.#toldAtMs = nowMs;
    return true;
  }

  /** The workload got untrusted content from a server within 24 hours. */
  hasRead(nowMs: number): boolean {
    return nowMs - this.#readAtMs < KEEP_MS || this.#base?.hasRead(nowMs) === true;
  }

  /** Not everything that such content says was kept: policy did not ask for it, it was too much, or time was up. */
  unkept(nowMs: number): void {
    this.#unkeptAtMs = nowMs;
  }

  /** As `hasRead`, of such content. */
  hasUnkept(nowMs: number): boolean {
    return nowMs - this.#unkeptAtMs < KEEP_MS || this.#base?.hasUnkept(nowMs) === true;
  }

  private hasGiven(session: string): boolean {
    return this.#given.has(session, this.#now()) || this.#base?.hasGiven(session) === true;
  }

  private hasTainted(known: string): boolean {
    const now = this.#now();
    const isKnown = this.#tainted.has(known, now) || this.#tainted.hasLost(now);
    return isKnown || this.#base?.hasTainted(known) === true;
  }

  /** Policy names the servers, so there are few. */
  #of(server: string): Tools {
    let tools = this.#servers.get(server);
    if (tools === undefined)
      this.#servers.set(
        server,
        (tools = {
          ...{ first: new Map(), withheld: new Map(), described: new Map() },
          ...{ begun: new Map(), size: 0, hasPages: false, revisions: [] },
        }),
      );
    return tools;
  }
}

const FIRST: Begun = { byName: new Map(), size: 0 };

/** What the list had before this page; null if that is not known. */
function begunBefore({ begun }: Tools, page: Page | null): Begun | null {
  if (page?.after === undefined) return null;
  return page.after === null ? FIRST : (begun.get(page.after) ?? null);
}

/** The oldest goes where there are too many. A list that is too large is not followed. */
function goOn({ begun }: Tools, next: string, list: Begun): void {
  begun.delete(next);
  if (list.byName.size > MAX_TOOLS || list.size > MAX_SCHEMAS / MAX_BEGUN) return;
  begun.set(next, list);
  for (const oldest of begun.keys()) {
    if (begun.size <= MAX_BEGUN) return;
    begun.delete(oldest);
  }
}

function sizeOf(offers: readonly McpOffer[]): number {
  return offers.reduce(
    (sum, { schema }) => sum + (schema === undefined ? 0 : JSON.stringify(schema).length),
    0,
  );
}

function describeTool(tools: Tools, name: string, offers: readonly McpOffer[]): void {
  const known = tools.described.get(name);
  const key = offers.map(({ sha256 }) => sha256).join('\n');
  if (known?.key === key || (known === undefined && tools.described.size >= MAX_TOOLS)) return;
  const size = sizeOf(offers);
  const others = tools.size - (known?.size ?? 0);
  const fits = others + size <= MAX_SCHEMAS;
  tools.described.set(name, {
    key,
    state: fits ? 'listed' : 'too large',
    offers: fits
      ? offers.map(({ pointer, schema }) => ({
          ...{ name, pointer, builtin: false },
          ...(schema === undefined ? {} : { schema }),
        }))
      : [],
    size: fits ? size : 0,
  });
  tools.size = others + (fits ? size : 0);
}

/** No host and no session ID has a line break. */
function anyOf(server: string): string {
  return `${server}\n`;
}
