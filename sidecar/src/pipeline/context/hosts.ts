import type { Hit, Mode } from '../../exchange/index.ts';
import type { HostRefusal } from '../../policy/compile/compiled-hosts.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { pathOf, type Target } from './target.ts';

/** The requested host and the path sent to it, with a provider's base path. */
type Place = Pick<Target, 'host' | 'url'>;

/** Why `action.hosts` refuses a request; null if it lists the place. Inbound requests have no host. */
export function hostRefusal(place: Place, { action }: CompiledPolicy): HostRefusal | null {
  return place.host === null ? null : action.hosts.refuseRequest(place.host, pathOf(place));
}

export function hostHit({ rule }: HostRefusal, mode: Mode): Hit {
  return { control: 'action', rule, action: 'block', code: 'host_not_allowed', mode, pointer: null };
}

/** Shape of a host with its port; anything else is not echoed in a refusal. */
const PLAIN_HOST = /^[A-Za-z0-9._:[\]-]{1,262}$/;
const PLAIN_PATH = /^\/[\x21-\x7e]{0,200}$/;

/** The refusal's detail for a place that is not listed. */
export function hostDetail(place: Place, refusal: HostRefusal): string | null {
  const { host } = place;
  if (host === null || !PLAIN_HOST.test(host)) return null;
  const { rule } = refusal;
  switch (rule) {
    case 'host.not-listed':
      return `${host} is not in action.hosts${tracingNote(refusal)}`;
    case 'host.path-not-listed': {
      const path = pathOf(place);
      const named = PLAIN_PATH.test(path) ? JSON.stringify(path) : 'this one';
      return `action.hosts lists ${host} for other paths than ${named}; its paths can list it${tracingNote(refusal)}`;
    }
    default:
      return rule satisfies never;
  }
}

/** Appended to the refusal of a host that receives traces. */
export function tracingNote({ receiver }: HostRefusal): string {
  return receiver === null
    ? ''
    : `. This host receives prompts and replies as traces of ${receiver.name}, turned off by ${receiver.off}`;
}

/** False if an unlisted host is only observed. */
export function hostsEnforced(policy: CompiledPolicy): boolean {
  return policy.mode === 'enforce' && policy.action.hostsMode === 'enforce';
}
