import { connect, createServer, type Socket } from 'node:net';

/**
 * The part of Postgres's protocol (version 3) that the stand-ins speak: startup, a password in clear text, and queries that are kept as
 * text. https://www.postgresql.org/docs/17/protocol-flow.html
 */
const PROTOCOL = 196608;
const SSL_REQUEST = 80877103;
const CLEAR_TEXT = 3;
const READY = message('Z', Buffer.from('I'));

function message(type: string, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from(type), length, body]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

/** Calls back with each whole message; the first of a client has no type. */
function eachMessage(socket: Socket, startup: boolean, read: (type: string, body: Buffer) => void): void {
  let waiting = Buffer.alloc(0);
  let untyped = startup;
  socket.on('error', () => socket.destroy());
  socket.on('data', (bytes: Buffer) => {
    waiting = Buffer.concat([waiting, bytes]);
    for (;;) {
      const head = untyped ? 0 : 1;
      const length = waiting.length < head + 4 ? Infinity : waiting.readInt32BE(head);
      if (waiting.length < head + length) return;
      const type = waiting.toString('latin1', 0, head);
      const body = waiting.subarray(head + 4, head + length);
      waiting = waiting.subarray(head + length);
      // After the answer to SSLRequest the startup message is still to come.
      untyped = untyped && body.length === 4 && body.readInt32BE(0) === SSL_REQUEST;
      read(untyped ? 'ssl' : type, body);
    }
  });
}

/** Listens as Postgres does, for clients with this password. Prints the text of each query. */
export function servePostgres(password: string): void {
  createServer((socket) => {
    eachMessage(socket, true, (type, body) => {
      if (type === 'ssl') socket.write('N');
      else if (type === '') socket.write(message('R', int32(CLEAR_TEXT)));
      else if (type === 'p' && body.toString() === `${password}\0`)
        socket.write(Buffer.concat([message('R', int32(0)), READY]));
      else if (type === 'Q') {
        console.log(`query: ${body.toString('utf8', 0, body.length - 1)}`);
        socket.write(Buffer.concat([message('C', text('INSERT 0 1')), READY]));
      } else socket.destroy();
    });
  }).listen(5432, '0.0.0.0');
}

/** Sends one query to the server of a URL. @returns the tag of the command, such as `INSERT 0 1` @throws Error if it is not answered */
export function queryPostgres(uri: string, query: string): Promise<string> {
  const { hostname, port, username, password, pathname } = new URL(uri);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port) });
    const end = (error: Error): void => {
      socket.destroy();
      reject(error);
    };
    socket.setTimeout(30_000, () => end(new Error('Postgres: no answer')));
    socket.on('close', () => reject(new Error('Postgres: closed')));
    socket.on('connect', () => {
      const names = ['user', username, 'database', pathname.slice(1), ''].map(text);
      const body = Buffer.concat([int32(PROTOCOL), ...names]);
      socket.write(Buffer.concat([int32(body.length + 4), body]));
    });
    eachMessage(socket, false, (type, body) => {
      if (type === 'R' && body.readInt32BE(0) === CLEAR_TEXT)
        socket.write(message('p', text(decodeURIComponent(password))));
      else if (type === 'Z') socket.write(message('Q', text(query)));
      else if (type === 'C') {
        resolve(body.toString('utf8', 0, body.length - 1));
        socket.destroy();
      } else if (type === 'E') end(new Error('Postgres: an error'));
    });
  });
}
