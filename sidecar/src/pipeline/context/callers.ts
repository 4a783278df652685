import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

import {
  ANONYMOUS,
  CREDENTIAL_FAULTS,
  identify,
  type CredentialFault,
  type Identified,
  type Verification,
} from '../../callers/index.ts';
import type { Direction, Hit, Identity, Refusal } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { Target } from './target.ts';
import { observes } from './observe.ts';

/** False where nothing is asked of callers: outbound there is only the workload itself. */
export function asksCallers({ callers }: CompiledPolicy, direction: Direction): boolean {
  const { require, headers, apiKeys, mesh } = callers;
  return direction === 'inbound' && (require || headers.length > 0 || apiKeys.length > 0 || mesh !== null);
}

/** What the credentials of a request say under a policy. */
export async function identified(
  policy: CompiledPolicy,
  direction: Direction,
  headers: IncomingHttpHeaders,
  verification: Verification,
): Promise<Identified> {
  return asksCallers(policy, direction) ? identify(policy.callers, headers, verification) : ANONYMOUS;
}

/** The hit of an anonymous caller where policy requires a verified one; null where the request may go on. */
export function anonymousHit(
  policy: CompiledPolicy,
  { direction, method, path }: Pick<Target, 'direction' | 'path'> & { readonly method: string },
  identity: Identity | null,
): Hit | null {
  const { require, excepts } = policy.callers;
  if (!asksCallers(policy, direction) || !require || identity !== null || excepts(method, path)) return null;
  return {
    control: 'ingress',
    rule: 'caller.not-verified',
    action: 'block',
    code: 'caller_not_verified',
    mode: observesCallers(policy) ? 'observe' : 'enforce',
    pointer: null,
  };
}

/** Credentials go on as they came, and anonymous callers are only noted. */
function observesCallers(policy: CompiledPolicy): boolean {
  return observes(policy) || policy.callers.mode === 'observe';
}

/** The refusal of an anonymous caller, with what is wrong with its credential (RFC 6750 §3). */
export function anonymousRefusal(refusal: Refusal, fault: CredentialFault | null): Refusal {
  const realm = 'Bearer realm="llm-boundary"';
  if (fault === null)
    return {
      ...refusal,
      detail: 'callers.require is true, and the request has no credential',
      challenge: realm,
    };
  const told = CREDENTIAL_FAULTS[fault];
  return {
    ...refusal,
    detail: told,
    challenge: `${realm}, error="invalid_token", error_description="${told}"`,
  };
}

/** Takes credentials for the boundary from a request before any of it is forwarded. */
export function withhold(request: IncomingMessage, { spent }: Identified, policy: CompiledPolicy): void {
  if (spent.length === 0 || observesCallers(policy)) return;
  const names = new Set(spent);
  request.headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !names.has(name)));
  const raw = request.rawHeaders;
  for (let index = raw.length - 2; index >= 0; index -= 2)
    if (names.has((raw[index] ?? '').toLowerCase())) raw.splice(index, 2);
}
