import fc from 'fast-check';
import { canonicalAuthority, canonicalHost, isForbiddenAddress } from './host.ts';

describe('a host', () => {
  it.each([
    [''],
    ['.'],
    ['..'],
    ['a..b'],
    ['.a'],
    ['-a.example'],
    ['a-.example'],
    ['a b'],
    ['a/b'],
    ['a\\b'],
    ['a?b'],
    ['a#b'],
    ['user@a'],
    ['a%2eb'],
    ['%6c%6f'],
    ['a:80'],
    ['a\u0000b'],
    ['a\tb'],
    ['xn--a'],
    ['999.1'],
    ['256.256.256.256'],
    ['1.2.3.4.5'],
    ['4294967296'],
    ['0x1ffffffff'],
    ['[::1'],
    ['[fe80::1%25eth0]'],
    ['fe80::1%eth0'],
    ['[1.2.3.4]'],
    ['[v1.x]'],
    ['a'.repeat(64)],
    [`${'a.'.repeat(130)}b`],
    ['a\u200bb'],
    ['*.example.com'],
    ['a,b'],
  ])('%j is none', (text) => {
    expect(canonicalHost(text)).toBeNull();
  });

  it.each([
    ['API.OpenAI.com', 'api.openai.com'],
    ['api.openai.com.', 'api.openai.com'],
    ['api。openai．com', 'api.openai.com'],
    ['ａｐｉ.openai.com', 'api.openai.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['my_host.svc', 'my_host.svc'],
    ['model-0', 'model-0'],
  ])('%j is the name %j', (text, name) => {
    expect(canonicalHost(text)).toEqual({ name, address: false });
  });

  it.each([
    ['127.1', '127.0.0.1'],
    ['0x7f.1', '127.0.0.1'],
    ['2130706433', '127.0.0.1'],
    ['0177.0.0.1', '127.0.0.1'],
    ['0x7f000001', '127.0.0.1'],
    ['127.0.0.1.', '127.0.0.1'],
    ['１２７.0.0.1', '127.0.0.1'],
    ['0', '0.0.0.0'],
    ['[::1]', '::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['[::ffff:127.0.0.1]', '127.0.0.1'],
    ['[::FFFF:7f00:1]', '127.0.0.1'],
    ['[2001:DB8:0:0:0:0:0:1]', '2001:db8::1'],
  ])('%j is the address %j', (text, name) => {
    expect(canonicalHost(text)).toEqual({ name, address: true });
  });

  it('in canonical form is its own canonical form', () => {
    fc.assert(
      fc.property(fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6(), fc.webAuthority(), fc.string()), (text) => {
        const host = canonicalHost(text);
        if (host !== null) expect(canonicalHost(host.name)).toEqual(host);
      }),
    );
  });

  it.each([
    [':80'],
    ['a:'],
    ['a:0'],
    ['a:65536'],
    ['a:8x'],
    ['a:1:2'],
    ['[::1]x'],
    ['[::1]:'],
    ['::1'],
    ['a@b:80'],
  ])('%j is no authority', (text) => {
    expect(canonicalAuthority(text)).toBeNull();
  });

  it('has a port where one is written', () => {
    expect(canonicalAuthority('A.example:443')).toEqual({ name: 'a.example', address: false, port: 443 });
    expect(canonicalAuthority('[::1]:8')).toEqual({ name: '::1', address: true, port: 8 });
    expect(canonicalAuthority('a')).toEqual({ name: 'a', address: false, port: null });
  });
});

describe('an address', () => {
  it.each([
    ['127.0.0.1'],
    ['127.255.0.9'],
    ['0.0.0.0'],
    ['0.1.2.3'],
    ['169.254.169.254'],
    ['169.254.1.1'],
    ['224.0.0.1'],
    ['255.255.255.255'],
    ['100.100.100.200'],
    ['168.63.129.16'],
    ['192.0.0.192'],
    ['::'],
    ['::1'],
    ['fe80::1'],
    ['ff02::1'],
    ['fd00:ec2::254'],
    ['::ffff:127.0.0.1'],
    ['::ffff:a9fe:a9fe'],
    ['64:ff9b::7f00:1'],
    ['64:ff9b::a9fe:a9fe'],
    ['2002:7f00:1::'],
    ['::127.0.0.1'],
    ['::ffff:0:127.0.0.1'],
    ['2001:0:1:2:3:4:80ff:fffe'],
    ['localhost'],
    [''],
  ])('%s must not be dialled', (address) => {
    expect(isForbiddenAddress(address)).toBe(true);
  });

  it.each([
    ['10.0.0.1'],
    ['192.168.1.1'],
    ['172.16.0.1'],
    ['100.64.0.1'],
    ['8.8.8.8'],
    ['240.240.0.1'],
    ['fd00::1'],
    ['2606:4700::1111'],
    ['64:ff9b::808:808'],
    ['2002:808:808::'],
  ])('%s may', (address) => {
    expect(isForbiddenAddress(address)).toBe(false);
  });
});
