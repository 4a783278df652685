import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

/** A host outside of the cluster: answers everything over TCP and UDP, and prints each contact. */
const { values } = parseArgs({
  options: {
    host: { type: 'string', multiple: true, default: ['0.0.0.0'] },
    port: { type: 'string', default: '80' },
  },
});
function reached(how: string, from: string | undefined): void {
  process.stdout.write(`${JSON.stringify({ reached: how, from: from ?? '' })}\n`);
}
for (const host of values.host) {
  createServer((request, response) => {
    reached('tcp', request.socket.remoteAddress);
    response.end('outside');
  }).listen({ port: Number(values.port), host, ipv6Only: host.includes(':') });
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', ipv6Only: host.includes(':') });
  socket.on('message', (_message, from) => {
    reached('udp', from.address);
    socket.send('outside', from.port, from.address);
  });
  socket.bind(Number(values.port), host);
}
