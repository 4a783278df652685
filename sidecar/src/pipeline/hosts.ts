import type { Hit, Mode } from '../exchange/index.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';

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

/** False where an unlisted host is only noted. */
export function hostsEnforced(policy: CompiledPolicy): boolean {
  return policy.mode === 'enforce' && policy.action.hostsMode === 'enforce';
}
