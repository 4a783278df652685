import type { Hit, Mode } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';

/** A host that `action.hosts` does not list. */
export function hostHit(mode: Mode): Hit {
  return {
    control: 'action',
    rule: 'host.not-listed',
    action: 'block',
    code: 'host_not_allowed',
    mode,
    pointer: null,
  };
}

/** What a workload may have for a host, with its port: nothing else is repeated in a refusal. */
const PLAIN_HOST = /^[A-Za-z0-9._:[\]-]{1,262}$/;

/** What the client is told of a host that is not listed. */
export function hostDetail(host: string | null): string | null {
  return host !== null && PLAIN_HOST.test(host) ? `${host} is not in action.hosts` : null;
}

/** False where an unlisted host is only noted. */
export function hostsEnforced(policy: CompiledPolicy): boolean {
  return policy.mode === 'enforce' && policy.action.hostsMode === 'enforce';
}
