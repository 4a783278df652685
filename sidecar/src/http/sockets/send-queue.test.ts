import { endianness } from 'node:os';
import type { Ends } from './kernel-sockets.ts';
import { readSendQueues } from './send-queue.ts';

function swap(words: string): string {
  const bytes = Buffer.from(words, 'hex');
  return (endianness() === 'LE' ? bytes.swap32() : bytes).toString('hex').toUpperCase();
}
function row(local: string, remote: string, state: string, queued: string): string {
  return `   1: ${local} ${remote} ${state} ${queued}:00000000 00:00000000 00000000  1000        0 1 1 0\n`;
}
function ends(localAddress: string, remoteAddress: string): Ends {
  return {
    localAddress,
    localPort: 80,
    remoteAddress,
    remotePort: 4660,
  };
}

describe('readSendQueues', () => {
  const v4 = `${swap('0A000001')}:0050`;
  const peer4 = `${swap('0A000002')}:1234`;
  const mapped = `${swap('00000000000000000000FFFF0A000001')}:0050`;
  const peerMapped = `${swap('00000000000000000000FFFF0A000002')}:1234`;
  const v6 = `${swap('20010DB8000000000000000000000001')}:0050`;
  const peer6 = `${swap('20010DB8000000000000000000000002')}:1234`;

  it.each([
    ['there is no table', null, ends('10.0.0.1', '10.0.0.2'), 0],
    ['the connection is closing', row(v4, peer4, '04', '00010000'), ends('10.0.0.1', '10.0.0.2'), 0],
    ['the line is something else', 'sl local_address\n', ends('10.0.0.1', '10.0.0.2'), 0],
    ['it is another connection', row(v4, peer4, '01', '00010000'), ends('10.0.0.1', '10.0.0.3'), 0],
    ['IPv4', row(v4, peer4, '01', '00010000'), ends('10.0.0.1', '10.0.0.2'), 65536],
    [
      'IPv4 on a listener of both',
      row(mapped, peerMapped, '01', '00000001'),
      ends('::ffff:10.0.0.1', '::ffff:10.0.0.2'),
      1,
    ],
    ['IPv6', row(v6, peer6, '01', '00020000'), ends('2001:db8::1', '2001:db8::2'), 131072],
  ])('%s', async (_name, table, connection, bytes) => {
    const queued = await readSendQueues((path) =>
      table === null ? Promise.reject(new Error('ENOENT')) : Promise.resolve(path.endsWith('6') ? '' : table),
    );
    expect(queued(connection)).toBe(bytes);
  });
});
