import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

import { parseTable, type Ends } from '../../http/sockets/kernel-sockets.ts';
import { SocketTable, type Dialled } from './destination.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
function row(local: string, remote: string, state = '01', uid = 1000): string {
  return `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 1 1 0 20 0 0 10 -1\n`;
}

/** 10.1.0.2:40000 */
const CLIENT = '0200010A:9C40';
function socket(address = '10.1.0.2', port = 40000): Ends {
  return {
    remoteAddress: address,
    remotePort: port,
    localAddress: '127.0.0.1',
    localPort: 15420,
  };
}

function tableOf(tcp: string, tcp6 = ''): SocketTable {
  return new SocketTable(15400, (path) => Promise.resolve(HEAD + (path.endsWith('6') ? tcp6 : tcp)));
}

describe('SocketTable', () => {
  it.each<[string, string, string, Dialled]>([
    ['nothing', '', '', 'unknown'],
    ['an address', row(CLIENT, '0500600A:1538'), '', { address: '10.96.0.5', port: 5432 }],
    ['the listener itself', row(CLIENT, '0100007F:3C3C'), '', 'direct'],
    ['the listener itself, by us', row(CLIENT, '0100007F:3C3C', '01', 15400), '', 'direct'],
    ['a socket of the sidecar', row(CLIENT, '0500600A:1538', '01', 15400), '', 'unknown'],
    ['a socket that has ended', row(CLIENT, '0500600A:1538', '06'), '', 'unknown'],
    ['another port', row('0200010A:9C41', '0500600A:1538'), '', 'unknown'],
    ['two peers', row(CLIENT, '0500600A:1538') + row(CLIENT, '0600600A:1538'), '', 'unknown'],
    [
      'a socket of IPv6 that speaks IPv4',
      '',
      row('0000000000000000FFFF00000200010A:9C40', '0000000000000000FFFF00000500600A:18EB'),
      { address: '10.96.0.5', port: 6379 },
    ],
    ['what is no table', 'x: y z 01 a b c 0\n\0', '', 'unknown'],
  ])('%s', async (_name, tcp, tcp6, expected) => {
    expect(await tableOf(tcp, tcp6).find(socket())).toEqual(expected);
    expect(await tableOf(tcp, tcp6).find(socket('::ffff:10.1.0.2'))).toEqual(expected);
  });

  it('reads IPv6', () => {
    const [entry] = parseTable(
      row('B80D0120000000000000000001000000:9C40', 'B80D0120000000000000000002000000:1538'),
    );
    expect(entry?.remote).toEqual({ address: '2001:db8::2', port: 5432 });
  });

  it('returns unknown if the tables are unreadable', async () => {
    const table = new SocketTable(null, () => Promise.reject(new Error('EACCES')));
    expect(await table.find(socket())).toBe('unknown');
  });

  it('reads once for concurrent clients, and never from an older table', async () => {
    let reads = 0;
    let text = '';
    const table = new SocketTable(null, async (path) => {
      if (path.endsWith('6')) return '';
      reads += 1;
      const now = text;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return now;
    });
    const before = table.find(socket());
    text = row(CLIENT, '0500600A:1538');
    const after = await Promise.all([table.find(socket()), table.find(socket()), table.find(socket())]);
    expect(await before).toBe('unknown');
    expect(after.map((found) => typeof found)).toEqual(['object', 'object', 'object']);
    expect(reads).toBe(2);
  });

  it('finds a real client of this machine', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    expect(await new SocketTable(null).find(await accepted)).toBe('direct');
    client.destroy();
    (await accepted).destroy();
    server.close();
  });
});
