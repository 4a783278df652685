import {
  endpoint,
  readKernelSockets,
  readTableFile,
  type Endpoint,
  type Ends,
  type ReadTable,
} from './kernel-sockets.ts';

/** Says how many bytes the system holds for a peer that has not taken them; 0 where that is not known. */
export type SendQueue = (ends: Ends) => number;

/** include/net/tcp_states.h */
const ESTABLISHED = '01';

/**
 * What the kernel's table of sockets says about connections in this network namespace: megabytes may stand in its buffers before a write
 * waits. Never rejects; where there is no such table, nothing is known.
 */
export async function readSendQueues(read: ReadTable = readTableFile): Promise<SendQueue> {
  // Most have nothing queued.
  const sockets = await readKernelSockets(
    read,
    ({ state, queuedBytes }) => state === ESTABLISHED && queuedBytes > 0,
  );
  const queued = new Map(
    sockets.map(({ local, remote, queuedBytes }) => [keyOf(local, remote), queuedBytes]),
  );
  return ({ localAddress, localPort, remoteAddress, remotePort }) => {
    const [local, remote] = [endpoint(localAddress, localPort), endpoint(remoteAddress, remotePort)];
    return local === null || remote === null ? 0 : (queued.get(keyOf(local, remote)) ?? 0);
  };
}

function keyOf(local: Endpoint, remote: Endpoint): string {
  return `${local.address} ${local.port} ${remote.address} ${remote.port}`;
}
