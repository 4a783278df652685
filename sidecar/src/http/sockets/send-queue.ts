import {
  endpoint,
  readKernelSockets,
  readTableFile,
  type Endpoint,
  type Ends,
  type ReadTable,
} from './kernel-sockets.ts';

/** Bytes that the peer has not acknowledged; 0 if unknown. */
export type SendQueue = (ends: Ends) => number;

/** include/net/tcp_states.h */
const ESTABLISHED = '01';

/**
 * The send queues of this network namespace: the kernel may buffer megabytes before a write waits. Never rejects; empty if the table is
 * unreadable.
 */
export async function readSendQueues(read: ReadTable = readTableFile): Promise<SendQueue> {
  // Most queues are empty.
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
