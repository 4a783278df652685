import { checkFamilies } from './serve-cluster.ts';

function address(family: 'IPv4' | 'IPv6', internal = false) {
  return { family, internal };
}

describe('checkFamilies', () => {
  it('names the setting for pods with IPv6 only', () => {
    const alone = [address('IPv4', true), address('IPv6', true), address('IPv6')];
    expect(() => checkFamilies('ipv4', alone)).toThrow('injection.ipFamilies');
  });

  it.each([
    ['dual sidecars', 'dual', [address('IPv6')]],
    ['both families', 'ipv4', [address('IPv6'), address('IPv4')]],
    ['IPv4 alone', 'ipv4', [address('IPv4')]],
    ['no network at all', 'ipv4', [address('IPv4', true)]],
  ] as const)('%s', (_name, families, addresses) => {
    expect(() => checkFamilies(families, addresses)).not.toThrow();
  });
});
