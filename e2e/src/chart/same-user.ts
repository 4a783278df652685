import type { Cluster } from '../cluster/cluster.ts';
import { IMAGES, image } from '../cluster/images.ts';
import { expect } from '../cluster/steps.ts';
import { author, NAMESPACE, REDIRECT } from './shapes.ts';

const NAME = 'same-user';

/** Serves the word "model" on its port, then dials that port, and another host past the sidecar. */
const PROGRAM = `
const { createServer, connect } = require('node:net');
const dial = (host, port) => new Promise((resolve) => {
  const socket = connect({ host, port, timeout: 3000 });
  let heard = '';
  socket.on('connect', () => socket.write('GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'));
  socket.on('data', (chunk) => (heard += chunk));
  for (const event of ['end', 'error', 'timeout']) socket.on(event, () => { socket.destroy(); resolve(heard); });
});
createServer((socket) => { socket.on('error', () => undefined); socket.end('model'); }).listen(8000, async () => {
  const found = { uid: process.getuid(), gid: process.getgid(), own: await dial('127.0.0.1', 8000), api: await dial(process.env.KUBERNETES_SERVICE_HOST, 443) };
  console.log(JSON.stringify(found));
  process.exit();
});`;

interface Found {
  readonly uid: number;
  readonly gid: number;
  /** Received from the guarded port. */
  readonly own: string;
  /** Received from the API server. */
  readonly api: string;
}

/**
 * Runs the sidecar's own image as a model container, so that its user is the sidecar's, unknown to any webhook. @returns the attempts that
 * failed
 */
export async function sameUser(cluster: Cluster): Promise<string> {
  const containers = [
    {
      name: 'model',
      image: image(IMAGES.sidecar),
      imagePullPolicy: 'Never',
      command: ['node', '-e', PROGRAM],
      ports: [{ containerPort: 8000 }],
    },
  ];
  await cluster.apply([author(NAME, REDIRECT, { containers, restartPolicy: 'Never' })]);
  try {
    const ended = ['--for=jsonpath={.status.phase}=Succeeded', `pod/${NAME}`, '--timeout=120s'];
    await cluster.kubectl(['wait', '-n', NAMESPACE, ...ended]);
    const log = await cluster.kubectl(['logs', '-n', NAMESPACE, NAME, '-c', 'model']);
    const found = JSON.parse(log.trim()) as Found;
    expect(found.uid === 15400, `it ran as ${found.uid}: the image's user was not the sidecar's`);
    expect(found.gid !== 15400, 'it has the group of the sidecar');
    expect(found.own.startsWith('HTTP/1.1 '), `not the sidecar answered on the guarded port: ${log}`);
    expect(!found.api.includes('HTTP/1.0 400'), `it reached another host past the sidecar: ${log}`);
    return `UID ${found.uid}, GID ${found.gid}`;
  } finally {
    await cluster.kubectl(['delete', 'pod', NAME, '-n', NAMESPACE, '--wait=false']);
  }
}
