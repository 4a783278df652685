import type { OutboundHandler } from './outbound.ts';
import type { ProviderRoute, TargetFault, TargetRules } from './target.ts';
import type { Boundary } from '../pipeline/context/boundary.ts';
import { targetOf, type Target } from '../pipeline/context/target.ts';
import type { Router } from '../pipeline/router.ts';

const FAULTS: Readonly<Record<TargetFault, string>> = {
  unknown_provider:
    'the path on the sidecar itself must begin with the name of a provider that outbound.providers lists',
  host: 'the Host header is not a host name or address; no policy key would allow it',
  forbidden_address:
    'the address leads back into the pod or to a metadata service, and action.hosts does not list it without paths',
  path: "the path climbs out of the provider's base path; no policy key would allow it",
};

/** Model container → other hosts: handled as inbound, with the requested host as destination. */
export function createOutboundHandler(boundary: Boundary, router: Router): OutboundHandler {
  const nowhere = (url: string): Target =>
    targetOf(url, { origin: '', host: 'unknown', direction: 'outbound' });
  const to = (target: {
    readonly origin: string;
    readonly path: string;
    readonly host: string;
    readonly provider: string | null;
  }): Target => ({
    ...targetOf(
      target.path,
      { origin: target.origin, host: target.host, direction: 'outbound' },
      basePath(target.provider, providersOf(boundary)),
    ),
    keepsHost: target.provider === null,
  });
  return {
    request: (request, response, target) => router.handle(request, response, to(target)),
    upgrade: (request, socket, head, target) => router.upgrade(request, socket, head, to(target)),
    refused: (request, response, fault) =>
      router.refuseTarget(request, response, nowhere(request.url ?? ''), FAULTS[fault]),
  };
}

/** Rules for targets of outbound requests, by the policy in force. */
export function targetRules(boundary: Boundary): TargetRules {
  const policy = boundary.policy.current();
  return {
    observes: policy?.mode === 'observe',
    providers: policy?.action.providers ?? [],
    listsAddress: (address) => policy?.action.listsAddress(address) ?? false,
  };
}

function providersOf(boundary: Boundary): readonly ProviderRoute[] {
  return boundary.policy.current()?.action.providers ?? [];
}

function basePath(name: string | null, providers: readonly ProviderRoute[]): string {
  const provider = providers.find((candidate) => candidate.name === name);
  if (provider === undefined) return '';
  const { pathname } = new URL(provider.url);
  return pathname === '/' ? '' : pathname;
}
