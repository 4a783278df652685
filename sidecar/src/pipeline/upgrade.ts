import { STATUS_CODES, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { AuditUnavailable } from '../audit/log/unavailable.ts';
import { ANONYMOUS, type Identified } from '../callers/index.ts';
import { fallbackDialect, findDialect, type Dialect } from '../dialects/index.ts';
import { REFUSALS, type Hit, type Refusal, type RefusalCode } from '../exchange/index.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';
import type { HostRefusal } from '../policy/compile/compiled-hosts.ts';
import { anonymousHit, anonymousRefusal, asksCallers, identified, withhold } from './context/callers.ts';
import { hostDetail, hostHit, hostRefusal, hostsEnforced } from './context/hosts.ts';
import { observes } from './context/observe.ts';
import type { ExchangeContext } from './context/exchange-context.ts';
import { refusedOutcome } from './context/outcome.ts';
import { DECISION_HEADER } from './context/refuse.ts';
import type { ConnectionOpinion } from './context/shadow-tap.ts';
import { opaqueRoute } from './opaque.ts';
import { prefixesOf } from './route.ts';

/** Who asks for a WebSocket, as far as a policy can tell. */
interface Handshake {
  readonly headers: IncomingHttpHeaders;
  /** The client's address. */
  readonly address: string;
}

/** What a policy makes of a handshake. */
interface Ruling {
  readonly caller: Identified;
  /** Why it is refused; null where it is allowed. */
  readonly code: Extract<
    RefusalCode,
    'caller_not_verified' | 'host_not_allowed' | 'endpoint_not_allowed'
  > | null;
  readonly unlisted: HostRefusal | null;
  readonly hits: readonly Hit[];
}

/** Handles a WebSocket handshake: allowed only if policy lists the path, because frames are not inspected. */
export async function upgradeOpaque(
  context: ExchangeContext,
  request: IncomingMessage,
  { socket, head }: { readonly socket: Duplex; readonly head: Buffer },
): Promise<void> {
  const { boundary, target, policy } = context;
  // Before credentials are taken from it.
  const asked = { headers: { ...request.headers }, address: request.socket.remoteAddress ?? '' };
  const ruling = policy === null ? NO_POLICY : await judge(context, policy, asked);
  const { caller, unlisted } = ruling;
  if (policy !== null && asksCallers(policy, target.direction)) context.identify(caller.identity);
  if (policy !== null) withhold(request, caller, policy);
  const code = outage(context) ?? ruling.code;
  const spoken = code === 'endpoint_not_allowed' ? dialectOverHttp(context) : null;
  const status = statusOf(code, spoken);
  context.end(code === null ? 'completed' : 'refused', status);
  try {
    if (code === null) {
      const outcome = { verdict: 'pass', code: null, status: null, hits: ruling.hits } as const;
      const recorded = await context.record(opaqueRoute(context, ''), 'ingress', outcome);
      shadowed(context, asked, null);
      boundary.opaque.upgrade(request, socket, head, recorded);
      return;
    }
    await context.record(
      target,
      'ingress',
      refusedOutcome({ code }, status, code === ruling.code ? ruling.hits : []),
    );
    shadowed(context, asked, code);
  } catch (error) {
    if (!(error instanceof AuditUnavailable)) throw error;
    shadowed(context, asked, 'audit_unavailable');
    refuseUpgrade(socket, context.refusal('audit_unavailable'), null);
    return;
  }
  const refusal = context.refusal(code, detailAgainst(code, target, { unlisted, spoken }));
  refuseUpgrade(
    socket,
    code === 'caller_not_verified' ? anonymousRefusal(refusal, caller.fault) : refusal,
    spoken,
  );
}

const NO_POLICY: Ruling = { caller: ANONYMOUS, code: null, unlisted: null, hits: [] };

/** Why no handshake is allowed now, whatever the policy says; null where it decides. */
function outage({ boundary, policy }: ExchangeContext): RefusalCode | null {
  if (policy === null) return 'policy_unavailable';
  return boundary.ledger.isBacklogged() ? 'audit_undelivered' : null;
}

async function judge(
  { boundary: { keySource }, target }: ExchangeContext,
  policy: CompiledPolicy,
  { headers, address }: Handshake,
): Promise<Ruling> {
  const verification = { nowMs: Date.now(), keySource, address };
  const caller = await identified(policy, target.direction, headers, verification);
  const anonymous = anonymousHit(policy, { ...target, method: 'GET' }, caller.identity);
  const unlisted = hostRefusal(target, policy);
  const found = { caller, unlisted };
  if (anonymous?.mode === 'enforce') return { ...found, code: 'caller_not_verified', hits: [anonymous] };
  if (unlisted !== null && hostsEnforced(policy))
    return { ...found, code: 'host_not_allowed', hits: [hostHit(unlisted, 'enforce')] };
  if (!observes(policy) && !policy.endpoints.upgrades(target.path))
    return { ...found, code: 'endpoint_not_allowed', hits: [] };
  const noted = unlisted === null ? [] : [hostHit(unlisted, 'observe')];
  return { ...found, code: null, hits: [...(anonymous === null ? [] : [anonymous]), ...noted] };
}

/** Hands the handshake to the policy that is judged beside the live one. */
function shadowed(context: ExchangeContext, asked: Handshake, code: RefusalCode | null): void {
  const { id, target } = context;
  context.boundary.shadow?.connection({
    id,
    direction: target.direction,
    live: opinion(code, []),
    judgeUnder: async (policy) => {
      const ruling = await judge(context, policy, asked);
      return opinion(ruling.code, ruling.hits);
    },
  });
}

function opinion(code: RefusalCode | null, hits: readonly Hit[]): ConnectionOpinion {
  return { verdict: code === null ? 'pass' : 'block', code, control: 'ingress', hits };
}

/** The dialect that reads the same path over HTTP; null if there is none. */
function dialectOverHttp({ policy, target }: ExchangeContext): Dialect | null {
  const { path, query } = target;
  const prefixes = policy === null ? undefined : prefixesOf(target, policy);
  return findDialect({ method: 'POST', path, query }, prefixes)?.dialect ?? null;
}

function statusOf(code: RefusalCode | null, spoken: Dialect | null): number {
  if (code === null) return 101;
  return spoken === null ? REFUSALS[code].status : 426;
}

function detailAgainst(
  code: RefusalCode,
  target: ExchangeContext['target'],
  { unlisted, spoken }: { readonly unlisted: HostRefusal | null; readonly spoken: Dialect | null },
): string | null {
  if (code === 'host_not_allowed') return unlisted === null ? null : hostDetail(target, unlisted);
  if (code !== 'endpoint_not_allowed') return null;
  const { path } = target;
  const named = /^\/[\x21-\x7e]{0,200}$/.test(path) ? JSON.stringify(path) : 'its path';
  const instead = spoken === null ? '' : ', and the same path is over HTTP, with POST';
  return `endpoints.upgrade can list ${named}; a WebSocket is not inspected${instead}`;
}

/**
 * 426 if a dialect reads the path over HTTP: Codex falls back to HTTP at once for that status only, and repeats the handshake for any
 * other. The `upgrade` header, required in a 426 (RFC 9110 §15.5.22), names the protocol to use.
 */
function refuseUpgrade(socket: Duplex, refusal: Refusal, spoken: Dialect | null): void {
  const { status: usual, contentType, body } = (spoken ?? fallbackDialect).refuse(refusal);
  const status = spoken === null ? usual : 426;
  const challenge = refusal.challenge === undefined ? '' : `www-authenticate: ${refusal.challenge}\r\n`;
  const connection = spoken === null ? 'close' : 'upgrade, close\r\nupgrade: HTTP/1.1';
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${DECISION_HEADER}: ${refusal.decision}\r\n` +
      `${challenge}x-should-retry: ${REFUSALS[refusal.code].retry}\r\ncontent-type: ${contentType}\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: ${connection}\r\n\r\n${body}`,
  );
}
