import { PORTS, SIDECAR_UID } from '../../pod/names.ts';

/** Inputs of redirect's rules from a pod. */
export interface RulesetInput {
  /** The n-th is redirected to `PORTS.inbound + n`. */
  readonly guarded: readonly number[];
  /** Ports that do not speak HTTP; the n-th is redirected to `PORTS.inboundTcp + n`. Not redirected from inside the pod. */
  readonly opaque: readonly number[];
  /** Declared ports of other containers, left open. */
  readonly openTcp: readonly number[];
  readonly openUdp: readonly number[];
  /** Addresses of the cluster's DNS service. Empty: any address. */
  readonly resolvers: readonly string[];
}

function set(ports: readonly number[]): string {
  return `{ ${ports.join(', ')} }`;
}

function dnsRules(resolvers: readonly string[]): string[] {
  if (resolvers.length === 0) return ['meta l4proto { tcp, udp } th dport 53 accept'];
  const of = (family: 'ip' | 'ip6', addresses: readonly string[]): string[] =>
    addresses.length === 0
      ? []
      : [`${family} daddr { ${addresses.join(', ')} } meta l4proto { tcp, udp } th dport 53 accept`];
  return [
    ...of(
      'ip',
      resolvers.filter((address) => !address.includes(':')),
    ),
    ...of(
      'ip6',
      resolvers.filter((address) => address.includes(':')),
    ),
  ];
}

/** Matches the sidecar by user and group: an image may have any user, but not a group that the webhook has not seen. */
const SIDECAR = `meta skuid ${SIDECAR_UID} meta skgid ${SIDECAR_UID}`;

/**
 * No other process may serve the sidecar's ports, for instance after it crashed. The two rules that exclude others do not match packets
 * without a socket, such as the last ones of a connection.
 */
const STANDING_IN = [
  `tcp sport 15400-15499 meta skuid != ${SIDECAR_UID} drop`,
  `tcp sport 15400-15499 meta skgid != ${SIDECAR_UID} drop`,
];

function chain(name: string, hook: string, rules: readonly string[]): string[] {
  return [`  chain ${name} {`, `    ${hook}`, ...rules.map((rule) => `    ${rule}`), '  }'];
}

const NEIGHBOURS =
  'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, nd-router-advert } accept';

/**
 * The nft program of redirect: one table of family `inet`, so that IPv4 and IPv6 have the same rules. nft loads it in one transaction; a
 * working canary rule therefore proves that all rules are loaded. Running it again replaces the table.
 */
export function ruleset({ guarded, opaque, openTcp, openUdp, resolvers }: RulesetInput): string {
  const opaqueListeners = opaque.map((_, index) => PORTS.inboundTcp + index);
  const listeners = [...guarded.map((_, index) => PORTS.inbound + index), ...opaqueListeners];
  const inbound = guarded.map((port, index) => ({ port, to: PORTS.inbound + index }));
  const dns = dnsRules(resolvers);
  return [
    'table inet llm_boundary',
    'delete table inet llm_boundary',
    'table inet llm_boundary {',
    ...chain('arriving', 'type nat hook prerouting priority dstnat; policy accept;', [
      ...inbound.map(({ port, to }) => `tcp dport ${port} redirect to :${to}`),
      ...opaque.map((port, index) => `tcp dport ${port} redirect to :${PORTS.inboundTcp + index}`),
    ]),
    ...chain('leaving', 'type nat hook output priority -100; policy accept;', [
      `oifname "lo" tcp dport ${PORTS.canary} redirect to :${PORTS.admin}`,
      `${SIDECAR} accept`,
      ...inbound.map(({ port, to }) => `fib daddr type local tcp dport ${port} redirect to :${to}`),
      'fib daddr type local accept',
      ...dns,
      `meta l4proto tcp redirect to :${PORTS.outbound}`,
    ]),
    ...chain('input', 'type filter hook input priority filter; policy drop;', [
      'iifname "lo" accept',
      'ct state established,related accept',
      NEIGHBOURS,
      `tcp dport ${set([...listeners, PORTS.admin, ...openTcp])} accept`,
      ...(openUdp.length === 0 ? [] : [`udp dport ${set(openUdp)} accept`]),
      'meta l4proto tcp reject with tcp reset',
    ]),
    ...chain('output', 'type filter hook output priority filter; policy drop;', [
      `${SIDECAR} accept`,
      ...STANDING_IN,
      'ct state established,related accept',
      ...(guarded.length === 0
        ? []
        : [`fib daddr type local tcp dport ${set(guarded)} reject with tcp reset`]),
      // By address: packets that "leaving" has just redirected still have the interface of their old route.
      'fib daddr type local accept',
      NEIGHBOURS,
      ...dns,
      'meta l4proto tcp reject with tcp reset',
    ]),
    '}',
    '',
  ].join('\n');
}
