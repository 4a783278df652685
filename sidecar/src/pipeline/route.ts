import type { IncomingHttpHeaders } from 'node:http';

import {
  dialectOfPath,
  findDialect,
  looksLike,
  spellings,
  type FoundDialect,
  type Route as RequestLine,
  type Unprefix,
} from '../dialects/index.ts';
import type { Hit, RefusalCode } from '../exchange/index.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';
import type { CompiledMcpServer } from '../policy/compile/compiled-mcp.ts';
import { pathOf, type Target } from './context/target.ts';
import { hostDetail, hostHit, hostRefusal, hostsEnforced } from './context/hosts.ts';
import type { Inspector, RefusalRenderer } from './inspect/inspector.ts';
import { isMcpMethod, McpInspector } from './mcp/inspector.ts';
import { OBSERVED, observedHit, observes } from './context/observe.ts';
import { ModelInspector } from './models/inspector.ts';

/** The requested method, host and path. */
export interface RouteTarget extends Pick<Target, 'url' | 'path' | 'query' | 'host'> {
  readonly method: string;
}

/** How a request is handled, decided by its target alone. */
export type Route =
  | {
      readonly kind: 'refuse';
      readonly refusals: RefusalRenderer;
      readonly control: 'ingress' | 'action';
      readonly code: Extract<RefusalCode, 'host_not_allowed' | 'endpoint_not_allowed'>;
      readonly detail: string | null;
      readonly hits: readonly Hit[];
    }
  /** `hits`: violations by the target that policy only observes. */
  | { readonly kind: 'inspect'; readonly inspector: Inspector; readonly hits: readonly Hit[] }
  | { readonly kind: 'opaque'; readonly hits: readonly Hit[] };

const VARIANT =
  'the path is a variant spelling of an inspected endpoint, which no policy key allows; use the exact spelling';
const UNAGREED = 'the prefix of the API path is not in endpoints.prefixes of every layer of the policy';
const NO_HITS: readonly Hit[] = [];

/** Routes a request: refuses unlisted hosts, picks the inspector of the protocol, or applies the routes that policy lists. Pure. */
export function route(target: RouteTarget, policy: CompiledPolicy): Route {
  const mcp = mcpServerOf(target, policy);
  if (mcp !== null) return { kind: 'inspect', inspector: new McpInspector(mcp), hits: NO_HITS };
  const found = dialectFor(target, policy);
  const unlisted = hostRefusal(target, policy);
  if (unlisted !== null && hostsEnforced(policy)) {
    const refusals = found?.dialect ?? dialectOfPath(target.path);
    const hits = [hostHit(unlisted, 'enforce')];
    return refuse(refusals, 'action', 'host_not_allowed', hostDetail(target, unlisted), hits);
  }
  const hits = unlisted === null ? NO_HITS : [hostHit(unlisted, 'observe')];
  if (found !== null && (found.dialect.isOptional !== true || opens(target, policy)))
    return { kind: 'inspect', inspector: new ModelInspector(found), hits };
  return uninspected(target, policy, { hits, isKnown: found !== null });
}

/** Null if no dialect reads the route, or if it may be anything else's. */
function dialectFor(target: RouteTarget, policy: CompiledPolicy): FoundDialect | null {
  const found = findDialect(lineOf(target), prefixesOf(target, policy));
  if (found?.dialect.isShared !== true) return found;
  return target.host === null && !policy.endpoints.passes(target.method, target.path) ? found : null;
}

/** A prefix of the workload's own counts for its own server alone, not for other hosts. */
export function prefixesOf({ host }: Pick<RouteTarget, 'host'>, { endpoints }: CompiledPolicy): Unprefix {
  return host === null ? endpoints.prefixes.inbound : endpoints.prefixes.agreed;
}

/** Routes a request, preflights like the request behind them. Pure. */
export function routeOf(target: RouteTarget, headers: IncomingHttpHeaders, policy: CompiledPolicy): Route {
  const taken = preflightOf(target, headers, policy) ?? route(target, policy);
  if (taken.kind !== 'refuse' || taken.code !== 'endpoint_not_allowed' || !isA2a(target, headers))
    return taken;
  return { ...taken, detail: A2A };
}

/** Says what the route would carry, which {@link wayOut} leaves to the reader (ADR 46). */
const A2A =
  'this is A2A (Agent2Agent), which is not inspected; endpoints.pass can list its routes, whose messages and agent cards then pass unread, and action.hosts with paths limits the agents that are called';

/** Agent cards, the paths of the HTTP+JSON binding (A2A 1.0 §11.3), and the headers that its clients send with any binding (§14.2). */
function isA2a({ path }: RouteTarget, headers: IncomingHttpHeaders): boolean {
  return (
    headers['a2a-version'] !== undefined ||
    headers['a2a-extensions'] !== undefined ||
    /\/\.well-known\/agent(?:-card)?\.json$|\/message:(?:send|stream)$/.test(path)
  );
}

/**
 * A preflight (Fetch, CORS protocol) carries no prompt: the upstream answers it if the actual request has a route. It must have no body,
 * which `handleOpaque` enforces. Null for any other request.
 */
function preflightOf(
  target: RouteTarget,
  headers: IncomingHttpHeaders,
  policy: CompiledPolicy,
): Route | null {
  const { 'access-control-request-method': method = '' } = headers;
  if (!isPreflight(target.method, headers)) return null;
  const asked = route({ ...target, method }, policy);
  return asked.kind === 'refuse' ? null : { kind: 'opaque', hits: asked.hits };
}

/** A preflight of the CORS protocol (Fetch). */
export function isPreflight(method: string, headers: IncomingHttpHeaders): boolean {
  const { origin, 'access-control-request-method': asked } = headers;
  return method === 'OPTIONS' && origin !== undefined && asked !== undefined;
}

/** Renders refusals of requests that have no inspector yet. */
export function rendererOf(target: RouteTarget): RefusalRenderer {
  return findDialect(lineOf(target))?.dialect ?? dialectOfPath(target.path);
}

/** `isKnown`: a dialect reads the route once policy opens it. */
function uninspected(
  target: RouteTarget,
  policy: CompiledPolicy,
  { hits, isKnown }: { readonly hits: readonly Hit[]; readonly isKnown: boolean },
): Route {
  const refusals = dialectOfPath(target.path);
  const { endpoints } = policy;
  const isVariant =
    (!isKnown && looksLike(lineOf(target), endpoints.prefixes.listed)) || looksLikeMcp(target, policy);
  if (opens(target, policy) && !isVariant) return { kind: 'opaque', hits };
  if (observes(policy))
    return {
      kind: 'opaque',
      hits: [...hits, observedHit('ingress', OBSERVED.endpoint, 'endpoint_not_allowed')],
    };
  return refuse(
    refusals,
    'ingress',
    'endpoint_not_allowed',
    detailOf(target, policy, { isVariant, isKnown }),
    hits,
  );
}

/** Policy lists the route, or opens every unknown one. */
function opens({ method, path }: RouteTarget, { endpoints }: CompiledPolicy): boolean {
  return endpoints.passes(method, path) || endpoints.opaque === 'allow';
}

function detailOf(
  target: RouteTarget,
  { endpoints }: CompiledPolicy,
  { isVariant, isKnown }: { readonly isVariant: boolean; readonly isKnown: boolean },
): string {
  if (isVariant) return findDialect(lineOf(target), endpoints.prefixes.listed) === null ? VARIANT : UNAGREED;
  return wayOut(target, isKnown ? 'and what goes through it is judged' : 'if the route carries no prompt');
}

/** The policy keys that would allow the route. A path that no entry can express is left out. */
function wayOut({ method, path }: RouteTarget, when: string): string {
  const entry = `${method} ${path}`;
  const named = /^[A-Z]{1,20} \/[\x21-\x7e]{0,200}$/.test(entry)
    ? JSON.stringify(entry)
    : 'its method and path';
  return `endpoints.pass can list ${named}, ${when}; endpoints.prefixes can name what stands before the path of a known API; endpoints.opaque: allow opens every unknown route`;
}

function refuse(
  refusals: RefusalRenderer,
  control: 'ingress' | 'action',
  code: Extract<Route, { readonly kind: 'refuse' }>['code'],
  ...[detail, hits]: [string | null, readonly Hit[]]
): Route {
  return { kind: 'refuse', refusals, control, code, detail, hits };
}

function lineOf({ method, path, query }: RouteTarget): RequestLine {
  return { method, path, query };
}

/** By policy alone: `action.mcp` outbound, `endpoints.mcp` inbound. */
function mcpServerOf({ method, url, host }: RouteTarget, policy: CompiledPolicy): CompiledMcpServer | null {
  if (!isMcpMethod(method)) return null;
  const server = serverAt(policy, host);
  return server?.matchesPath(pathOf({ url })) === true ? server : null;
}

/** True if a more lenient server than this one could accept the request as MCP. */
function looksLikeMcp({ method, url, host }: RouteTarget, policy: CompiledPolicy): boolean {
  const server = serverAt(policy, host);
  if (server === null || method === 'OPTIONS' || method === 'HEAD') return false;
  return spellings(pathOf({ url })).some((spelling) => server.matchesPath(spelling));
}

function serverAt(policy: CompiledPolicy, host: string | null): CompiledMcpServer | null {
  return host === null ? policy.endpoints.mcp : policy.action.mcp.at(host);
}
