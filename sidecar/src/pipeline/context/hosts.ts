import type { Hit, Mode } from '../../exchange/index.ts';
import type { HostRefusal } from '../../policy/compile/compiled-hosts.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { pathOf, type Target } from './boundary.ts';

/** Where a request is for: the path as the server sees it, a provider's base path included. */
type Place = Pick<Target, 'host' | 'url'>;

/** What `action.hosts` has against a request; null where it lists the place. Inbound requests are for no host. */
export function hostRefusal(place: Place, { action }: CompiledPolicy): HostRefusal | null {
  return place.host === null ? null : action.hosts.refuseRequest(place.host, pathOf(place));
}

export function hostHit({ rule }: HostRefusal, mode: Mode): Hit {
  return { control: 'action', rule, action: 'block', code: 'host_not_allowed', mode, pointer: null };
}

/** What a workload may have for a host, with its port: nothing else is repeated in a refusal. */
const PLAIN_HOST = /^[A-Za-z0-9._:[\]-]{1,262}$/;
const PLAIN_PATH = /^\/[\x21-\x7e]{0,200}$/;

/** What the client is told of a place that is not listed. */
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

/** To follow on a refusal of a host that takes traces. */
export function tracingNote({ receiver }: HostRefusal): string {
  return receiver === null
    ? ''
    : `. This host receives prompts and replies as traces of ${receiver.name}, turned off by ${receiver.off}`;
}

/** False where an unlisted host is only noted. */
export function hostsEnforced(policy: CompiledPolicy): boolean {
  return policy.mode === 'enforce' && policy.action.hostsMode === 'enforce';
}
