import { resolversOf } from './own-resolvers.ts';

describe('resolversOf', () => {
  it.each([
    ['nothing', '', []],
    ['a stub of this machine', 'nameserver 127.0.0.53\nnameserver ::1\n', []],
    ['a scope that means nothing elsewhere', 'nameserver fe80::1%eth0\n', []],
    ['a comment and a name', '# nameserver 10.0.0.1\nnameserver dns.example\n', []],
    [
      "the kubelet's file",
      'search chat.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
      ['10.96.0.10'],
    ],
    [
      'two families, one twice',
      'nameserver 10.96.0.10\nnameserver\tfd00:10:96::a \nnameserver 10.96.0.10\n',
      ['10.96.0.10', 'fd00:10:96::a'],
    ],
    ['a cache on the node', 'nameserver 169.254.20.10\n', ['169.254.20.10']],
  ])('finds in %s', (_name, text, expected) => {
    expect(resolversOf(text)).toEqual(expected);
  });
});
