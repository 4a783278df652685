import type { Hit, RefusalCode } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';

/** True if the whole policy observes: the exchange then differs only in its decision ID. */
export function observes({ mode }: Pick<CompiledPolicy, 'mode'>): boolean {
  return mode === 'observe';
}

/** The hit for a refusal that an observing policy would have made without a rule. */
export function observedHit(control: Hit['control'], rule: string, code: RefusalCode): Hit {
  return { control, rule, action: 'block', code, mode: 'observe', pointer: null };
}

/** The rule names of `observedHit`. */
export const OBSERVED = {
  request: 'request.unreadable',
  requestBytes: 'limits.request-bytes',
  reply: 'response.unreadable',
  responseBytes: 'limits.response-bytes',
  endpoint: 'endpoint.not-listed',
} as const;

/**
 * Refusals that remain in observe mode, by code: exchanges that cannot be forwarded, and those that `audit.required` holds back. These
 * sentences are the table in docs/guide/operate.md; `observe-refusals.test.ts` has a row for each.
 */
export const REFUSED_IN_OBSERVE_MODE = {
  request_malformed: 'a message that is not valid HTTP/1.1 or is ambiguous, and HTTP/2 on a model port',
  host_not_allowed:
    "a request to the sidecar's own address whose path names no provider, and a connection whose original destination is unknown",
  response_malformed: 'a reply that is not valid HTTP/1.1',
  upstream_unavailable:
    "a reply that does not arrive or breaks off; if its head was already forwarded, the client's connection is cut as the server cut its own",
  limit_exceeded: 'if more than 128 clients of a listener read too slowly, the replies of the slowest',
  shutting_down: 'a request that is incomplete, or a reply that has not ended, when the sidecar shuts down',
  audit_unavailable: 'an exchange that cannot be recorded where `audit.required` is true',
  policy_unavailable: 'every exchange while no valid policy is loaded, because no policy says to observe',
} as const satisfies Partial<Record<RefusalCode, string>>;
