import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { endianness } from 'node:os';
import { canonicalHost } from '../head/host.ts';

/** One end of a connection. */
export interface Endpoint {
  /** Canonical: IPv4, or IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
}

/** The two ends of a connection of this process. */
export type Ends = Pick<Socket, 'remoteAddress' | 'remotePort' | 'localAddress' | 'localPort'>;

/** The kernel table's entry of a socket, without its ends. */
interface Facts {
  /** As two digits (include/net/tcp_states.h). */
  readonly state: string;
  readonly uid: number;
  /** Bytes that the peer has not acknowledged. */
  readonly queuedBytes: number;
}

/** One TCP socket of this network namespace. */
export interface KernelSocket extends Facts {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

export type ReadTable = (path: string) => Promise<string>;

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const;

export function readTableFile(path: string): Promise<string> {
  return readFile(path, 'latin1');
}

/** The sockets of both tables that `wants` selects. Never rejects; empty if the tables are unreadable. */
export async function readKernelSockets(
  read: ReadTable,
  wants: (facts: Facts) => boolean,
): Promise<readonly KernelSocket[]> {
  const texts = await Promise.all(TABLES.map((path) => read(path).catch(() => '')));
  return texts.flatMap((text) => parseTable(text, wants));
}

/** The kernel's format: Documentation/networking/proc_net_tcp.rst. Other lines are skipped. */
export function parseTable(
  text: string,
  wants: (facts: Facts) => boolean = () => true,
): readonly KernelSocket[] {
  return text.split('\n').flatMap((line): KernelSocket[] => {
    const [, local = '', remote = '', state = '', queues = '', , , uid = ''] = line.trim().split(/\s+/);
    if (!/^\d+$/.test(uid)) return [];
    const facts = { state, uid: Number(uid), queuedBytes: Number.parseInt(queues, 16) };
    // Tables may be long: unwanted entries are not parsed further.
    if (!wants(facts)) return [];
    const [from, to] = [parseEndpoint(local), parseEndpoint(remote)];
    return from === null || to === null ? [] : [{ local: from, remote: to, ...facts }];
  });
}

/** Null if either is missing or invalid. */
export function endpoint(address: string | undefined, port: number | undefined): Endpoint | null {
  const host = address === undefined ? null : canonicalHost(address);
  return host === null || port === undefined ? null : { address: host.name, port };
}

/** `0100007F:1538`: the words of the address in the byte order of the machine, the port as a number. */
function parseEndpoint(text: string): Endpoint | null {
  const [, words, port] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(text) ?? [];
  if (words === undefined || port === undefined) return null;
  const bytes = Buffer.from(words, 'hex');
  if (endianness() === 'LE') bytes.swap32();
  return endpoint(bytes.length === 4 ? [...bytes].join('.') : ipv6Text(bytes), Number.parseInt(port, 16));
}

function ipv6Text(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return groups.join(':');
}
