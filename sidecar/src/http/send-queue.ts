import { readFile } from 'node:fs/promises';
import { isIPv6, type Socket } from 'node:net';
import { endianness } from 'node:os';

/** The two ends of a connection. */
export type Ends = Pick<Socket, 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort'>;

/** Says how many bytes the system holds for a peer that has not taken them; 0 where that is not known. */
export type SendQueue = (ends: Ends) => number;

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const;
const ROW = /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) 01 ([0-9A-F]{8}):/;

/**
 * What the kernel's table of sockets says about connections in this network namespace: megabytes may stand in its buffers before a write
 * waits. Never rejects; where there is no such table, nothing is known.
 */
export async function readSendQueues(
  read: (path: string) => Promise<string> = (path) => readFile(path, 'latin1'),
): Promise<SendQueue> {
  const texts = await Promise.all(TABLES.map((path) => read(path).catch(() => '')));
  const queued = new Map<string, number>();
  for (const line of texts.join('\n').split('\n')) {
    const [, local = '', localPort = '', remote = '', remotePort = '', bytes = ''] = ROW.exec(line) ?? [];
    // Most have nothing queued.
    if (bytes === '' || bytes === '00000000') continue;
    const ends = `${addressOf(local)} ${portOf(localPort)} ${addressOf(remote)} ${portOf(remotePort)}`;
    queued.set(ends, Number.parseInt(bytes, 16));
  }
  return ({ localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 }) =>
    queued.get(`${canonical(localAddress)} ${localPort} ${canonical(remoteAddress)} ${remotePort}`) ?? 0;
}

function portOf(text: string): number {
  return Number.parseInt(text, 16);
}

/** The kernel writes the words of an address in the byte order of the machine. */
function addressOf(words: string): string {
  const bytes = Buffer.from(words, 'hex');
  if (bytes.length !== 4 && bytes.length !== 16) return '';
  if (endianness() === 'LE') bytes.swap32();
  if (bytes.length === 4) return [...bytes].join('.');
  return canonical(Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2).toString(16)).join(':'));
}

function canonical(address: string): string {
  return isIPv6(address) ? new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname : address;
}
