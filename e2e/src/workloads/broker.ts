import { createServer, type Server } from 'node:net';

/** Fake servers that speak the first bytes of Redis (6379) and of Postgres (5432), and no HTTP. */
const redis = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    socket.write(bytes.includes('PING') ? '+PONG\r\n' : '-ERR unknown command\r\n');
  });
});

/** An SSLRequest (eight bytes) is answered with N: no TLS. */
const postgres = createServer((socket) => {
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes) => {
    if (bytes.length === 8 && bytes.readUInt32BE(4) === 80877103) socket.write('N');
    else socket.destroy();
  });
});

function serve(server: Server, port: number): void {
  server.listen(port);
}
serve(redis, 6379);
serve(postgres, 5432);
process.on('SIGTERM', () => process.exit(0));
