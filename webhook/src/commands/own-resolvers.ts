import { isIP } from 'node:net';

/** True for addresses of this machine: a local stub resolver, which other pods do not have. */
function isLocal(address: string): boolean {
  return /^127\.|^::1$|^fe80:/i.test(address);
}

/**
 * The name servers of a `resolv.conf` (resolv.conf(5)) that other pods can reach too. The kubelet writes the same addresses into every pod
 * with `dnsPolicy: ClusterFirst`, whether of a Service or of a cache on the node, so the webhook's own file has them.
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
