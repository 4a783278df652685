import { isIP } from 'node:net';

/** Addresses that mean this machine: a stub resolver of its own, which is not there in another pod. */
const isLocal = (address: string): boolean => /^127\.|^::1$|^fe80:/i.test(address);

/**
 * The name servers of a `resolv.conf` (resolv.conf(5)), as far as other pods can ask them too. The kubelet writes the same addresses into every
 * pod with `dnsPolicy: ClusterFirst`, be it a Service's or that of a cache on the node, so the webhook's own file says what they are.
 */
export const resolversOf = (resolvConf: string): readonly string[] => [
  ...new Set(
    resolvConf
      .split('\n')
      .map((line) => /^nameserver\s+(\S+)\s*$/.exec(line)?.[1] ?? '')
      .filter((address) => isIP(address) !== 0 && !isLocal(address)),
  ),
];
