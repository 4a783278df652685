import { BlockList, isIPv6 } from 'node:net';
import { uniform } from './checksum.ts';
import type { EntityRule } from './rule.ts';

/** Endings of file names that look like the domain of an address: `icon@2x.png`, `pkg@1.0.0.tgz`. */
const FILE_ENDINGS =
  /\.(?:png|jpe?g|gif|svg|webp|ico|tgz|gz|zip|tar|js|mjs|cjs|ts|tsx|json|ya?ml|css|html?|md|txt|lock|jar|whl)$/i;

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const IPV4 = `${OCTET}(?:\\.${OCTET}){3}`;
const VERSIONS =
  '(?i:versions?|sections?|chapters?|clauses?|§|figures?|tables?|appendix|releases?|ver\\.?|builds?|rev|revision|tag|firmware|driver|kernel|sdk|upgraded? (?:from|to)|updated? (?:from|to)|(?:up|down)grade[sd]?|requires?|packages?|oid|openssl|log4j|jdk|jre|chrome|firefox|safari|opera|windows|ios|android|chrome/|firefox/|safari/|edg/)["\'`\\])]{0,2}[ :=v/(,]{0,4}["\'`]?';
/** What looks like a version behind the name of a package, `foo==3.2.1.0`, `foo@3.2.1.0`: four numbers of one or two digits. */
const PACKAGED = '[A-Za-z0-9_\\]](?:={2,3}|@)\\d{1,2}(?:\\.\\d{1,2}){3}(?:$|[^\\w.:]|\\.(?:$|[^\\w]))';

function isEmail(match: string): boolean {
  const at = match.lastIndexOf('@');
  return (
    !FILE_ENDINGS.test(match) &&
    !match.startsWith('git@') &&
    !match.includes('..') &&
    /[A-Za-z]/.test(match.slice(at, match.lastIndexOf('.')))
  );
}

/**
 * Addresses that identify no person (IANA's special-purpose registries): this host, private and shared networks, link-local, documentation,
 * benchmarks, multicast, reserved.
 */
const SPECIAL = new BlockList();
for (const [network, length] of [
  ...[
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
  ],
  ...[
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
  ],
  ...[
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 3],
  ],
] as const)
  SPECIAL.addSubnet(network, length, 'ipv4');
for (const [network, length] of [
  ...[
    ['::', 127],
    ['fc00::', 7],
    ['fe80::', 10],
    ['ff00::', 8],
    ['2001:db8::', 32],
    ['3fff::', 20],
  ],
] as const)
  SPECIAL.addSubnet(network, length, 'ipv6');

/** The beginning of most object identifiers (RFC 1155). */
const INTERNET_OID = '1.3.6.1';

function namesPeer(match: string): boolean {
  return match !== INTERNET_OID && !SPECIAL.check(match, 'ipv4');
}

/** Not a network, `2606:4700::/32`. */
function isAddress6(match: string): boolean {
  const address = match.replace(/%.*$/, '');
  return /\d/.test(address) && isIPv6(address) && !SPECIAL.check(address, 'ipv6');
}

function isHardware(match: string): boolean {
  return !uniform(match.replace(/[^0-9A-Fa-f]/g, ''));
}

export const CONTACT_RULES: readonly EntityRule[] = [
  {
    entity: 'EMAIL',
    source:
      "[\\w\\x{C0}-\\x{24F}][\\w%+.'\\x{C0}-\\x{24F}-]{0,63}@(?:[A-Za-z0-9\\x{C0}-\\x{24F}-]{1,63}\\.){1,6}[A-Za-z]{2,24}\\b",
    score: 0.95,
    validate: isEmail,
  },
  {
    entity: 'IP_ADDRESS',
    source: `${PACKAGED}|${VERSIONS}${IPV4}(?:[ ,]{0,2}(?:to|and|or|->|-)? ?v?${IPV4}){0,2}|(?:[A-Za-z0-9]/|[~<>]=? ?|\\^ ?)${IPV4}|(?:^|[^\\w.-])(${IPV4})(?:$|\\.?(?:$|[^\\w./-])|/(?:$|\\D)|[-:]\\d)`,
    score: 0.8,
    group: 1,
    validate: namesPeer,
  },
  {
    entity: 'IP_ADDRESS',
    source: `(?:^|[^\\w:.])((?:[0-9A-Fa-f]{0,4}:){2,8}(?:[0-9A-Fa-f]{1,4}|${IPV4})?(?:%[0-9A-Za-z]{1,16})?(?:/\\d{1,3})?)(?:$|[^\\w:.]|\\.(?:$|[^\\w]))`,
    score: 0.8,
    group: 1,
    validate: isAddress6,
  },
  {
    entity: 'MAC_ADDRESS',
    source:
      '(?:^|[^\\w:.-])([0-9A-Fa-f]{2}(?:(?::[0-9A-Fa-f]{2}){5}|(?:-[0-9A-Fa-f]{2}){5})|[0-9A-Fa-f]{4}\\.[0-9A-Fa-f]{4}\\.[0-9A-Fa-f]{4})(?:$|[^\\w:.-]|[.:](?:$|[^\\w]))',
    score: 0.9,
    group: 1,
    validate: isHardware,
  },
];
