import type { Hit, RefusalCode } from '../exchange/index.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';

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

/** What is refused while a policy observes, with the reason: it cannot be carried, or there is no policy that observes. */
export const REFUSED_WHILE_OBSERVING = {
  audit_unavailable:
    '`audit.required` holds in every mode: a request that cannot be recorded is not forwarded.',
  policy_unavailable: 'No valid policy is loaded, so none observes.',
  upstream_unavailable: 'The server gives no reply that could be passed on.',
  request_malformed: 'The message breaks HTTP/1.1, so that its end or its target is not certain.',
  host_not_allowed: 'The request names no host that it could be sent to.',
} as const satisfies Partial<Record<RefusalCode, string>>;
