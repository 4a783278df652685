import type { Hit, RefusalCode } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';

/** True where the whole policy observes: then nothing of an exchange changes but its decision id. */
export function observes({ mode }: Pick<CompiledPolicy, 'mode'>): boolean {
  return mode === 'observe';
}

/** What an observing policy would have refused, and no rule of its own made. */
export function observedHit(control: Hit['control'], rule: string, code: RefusalCode): Hit {
  return { control, rule, action: 'block', code, mode: 'observe', pointer: null };
}

/** The rule names of `observedHit`, by what was met. */
export const OBSERVED = {
  request: 'request.unreadable',
  requestBytes: 'limits.request-bytes',
  reply: 'response.unreadable',
  responseBytes: 'limits.response-bytes',
  endpoint: 'endpoint.not-listed',
} as const;

/**
 * What is refused all the same where the whole policy observes, by its code: only what cannot be carried, and what `audit.required` holds
 * back. The guide has these words (docs/guide/operate.md); `observe-refusals.test.ts` has a row for each.
 */
export const REFUSED_ALL_THE_SAME = {
  request_malformed:
    'a message that breaks HTTP/1.1 or has two meanings in it, or that is HTTP/2 on a port of the model',
  host_not_allowed:
    "a request on the sidecar's own address whose path begins with no provider, and a connection whose dialled address is not known",
  response_malformed: 'a reply that breaks HTTP/1.1',
  upstream_unavailable:
    'a reply that does not come, or breaks off: where its head is out, the connection is cut as the server cut it',
  limit_exceeded: 'of more than 128 replies of a listener whose readers are behind, the slowest',
  shutting_down: 'a request that has not come whole, or a reply that has not ended, when the sidecar ends',
  audit_unavailable: 'an exchange that cannot be recorded where `audit.required` holds',
  policy_unavailable: 'everything while no valid policy is loaded, as there is none that says to observe',
} as const satisfies Partial<Record<RefusalCode, string>>;
