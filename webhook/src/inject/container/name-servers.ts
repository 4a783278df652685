import type { Capture, InjectConfig } from '../../pod/config.ts';
import type { Pod } from '../../pod/pod.ts';

/** The sidecar's DNS configuration: from no file of the pod, because root in any of its containers can write those. */
export function nameServerArgs(namespace: string, { resolvers, clusterDomain }: InjectConfig): string[] {
  return resolvers.length === 0
    ? []
    : [
        ...resolvers.flatMap((address) => ['--resolver', address]),
        ...[`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain].flatMap((domain) => [
          '--search',
          domain,
        ]),
      ];
}

/** Redirect allows DNS to the cluster's resolver only; pods that configure others get a warning. */
export function nameServerWarnings(
  { spec }: Pod,
  capture: Capture,
  { resolvers }: InjectConfig,
): readonly string[] {
  if (capture !== 'redirect' || resolvers.length === 0) return [];
  const foreign = (spec.dnsConfig?.nameservers ?? []).filter((address) => !resolvers.includes(address));
  const policy = spec.dnsPolicy ?? 'ClusterFirst';
  const own = policy === 'None' || policy === 'Default' ? [`spec.dnsPolicy ${policy}`] : [];
  const found = [...own, ...foreign.map((address) => `spec.dnsConfig.nameservers ${address}`)];
  return found.length === 0
    ? []
    : [
        `redirect blocks DNS except to ${resolvers.join(', ')}: ${found.join(', ')} cannot be reached; the sidecar resolves names itself`,
      ];
}
