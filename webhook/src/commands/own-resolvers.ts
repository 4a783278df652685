import { isIP } from 'node:net';

/** Addresses that mean this machine: a stub resolver of its own, which is not there in another pod. */
function isLocal(address: string): boolean {
  return /^127\.|^::1$|^fe80:/i.test(address);
}

/**
 * The name servers of a `resolv.conf` (resolv.conf(5)), as far as other pods can ask them too. The kubelet writes the same addresses into every
 * pod with `dnsPolicy: ClusterFirst`, be it a Service's or that of a cache on the node, so the webhook's own file says what they are.
 */
export function resolversOf(resolvConf: string): readonly string[] {
  return [
    ...new Set(
      resolvConf
        .split('\n')
        .map((line) => /^nameserver\s+(\S+)\s*$/.exec(line)?.[1] ?? '')
        .filter((address) => isIP(address) !== 0 && !isLocal(address)),
    ),
  ];
}
