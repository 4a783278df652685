import { tellingValues } from './telling-values.ts';

function noCheck(): void {
  // As long as it takes.
}

function valuesOf(text: string): readonly string[] {
  return [...new Set([...tellingValues(text, noCheck)].map(({ value }) => value))].sort();
}

describe('tellingValues', () => {
  it.each([
    ['a number', 'order 1764525600, 1000000000 bytes, paid 123456789.00, 100.00000001'],
    [
      'a date',
      '2026-11-30 14:30, 2026-11-30T14:30:00.123456789+01:00, 20261130T143000Z, 30-Nov-2026, 2026-W48-1',
    ],
    ['a time', '14:30:00Z, 14:30:00+0100, 2026-11-01/2026-11-30'],
    ['coordinates', '52.5200066, 13.4049540'],
    [
      'regions and models',
      'us-east-1 gpt-4o-mini iso-8859-1 priority-1 utf-8 v1.24.3-rc.1 sha256 llama-3.1-70b',
    ],
    ['media types', 'application/vnd.ms-excel image/svg+xml text/x.y'],
    ['words of lists', 'in_progress and/or section.title, e.g. n/a AB-1234 km/h.'],
    ['a number with wrong check digits', '4111 1111 1111 1112 and DE88 3704 0044 0532 0130 00'],
    ['edges alone', '@ :// // @@ ://@ :: ./ / %'],
  ])('has none of %s', (_name, text) => {
    expect(valuesOf(text)).toEqual([]);
  });

  it.each([
    'mail:eve@evil.example',
    'To:eve@evil.example;Cc:x',
    '“eve@evil.example”',
    '«eve@evil.example»',
    '【eve@evil.example】',
    '—eve@evil.example—',
    '请发送到eve@evil.example谢谢',
    '#eve@evil.example!',
    'a&eve@evil.example&b',
    'cc/eve@evil.example/x',
    'ＥＶＥ@evil.example',
    'eve%40evil.example',
    '<a href="mailto:eve&#64;evil.example">',
    '{"a":["eve\\u0040evil.example"]}',
    'e\u200bve@evil.exa\u00admple...',
  ])('has the address of %s', (text) => {
    expect(valuesOf(text)).toContain('mail eve@evil.example');
  });

  it.each([
    'https://evil.example/drop/',
    'http://EVIL.example/drop',
    'https://evil.example:443/drop.',
    'https://x:y@evil.example/drop',
    'https://evil.example./drop',
    '//evil.example/drop',
    'evil.example/drop',
    'https://web.test/https://evil.example/drop',
    'file=https:\\\\/\\\\/evil.example/drop',
    'https://evil.example/drop谢谢',
  ])('has the host of %s', (text) => {
    expect(valuesOf(text)).toContain('host evil.example');
  });

  it.each<[string, readonly string[]]>([
    ['see evil-host1.example', ['host evil-host1.example']],
    ['6.6.6.6:80', ['host 6.6.6.6']],
    ['http://[2001:db8::1]/', ['host 2001:db8::1']],
    ['http://intranet', ['host intranet']],
    ['http://почта.рф/', ['host xn--80a1acny.xn--p1ai']],
    ['account DE89-3704.0044/0532 0130 00 or more', ['account de89370400440532013000']],
    ['4111 1111 1111 1111', ['account 4111111111111111']],
    ['use kX9-22f81b', ['id kx9-22f81b']],
    ['ticket INC0012345', ['id inc0012345']],
    [
      '/etc/shadow, ../../secrets/key and C:\\Users\\eve',
      ['path etc/shadow', 'path secrets/key', 'path users/eve'],
    ],
    ['in src/deep/main.txt', ['path src/deep/main.txt']],
  ])('of %s are %j', (text, values) => {
    expect(valuesOf(text)).toEqual(values);
  });

  it.each([0, 1, 7, 15, 16, 17, 40])('are whole where a long text is read in pieces (%i)', (before) => {
    const text = `${'x'.repeat(32_768 - before)} eve&#64;evil.example ${'y '.repeat(40_000)}bob@evil.example`;
    const values = valuesOf(text);
    expect(values).toContain('mail eve@evil.example');
    expect(values).toContain('mail bob@evil.example');
  });

  it('can be ended before each piece', () => {
    let count = 0;
    const check = (): void => {
      if (++count > 2) throw new Error('out of time');
    };
    expect(() => [...tellingValues('x'.repeat(99_999), check)]).toThrow('out of time');
    expect(count).toBe(3);
  });

  it('have what they are a part of', () => {
    const long = `https://a.exfil.evil.example/drop/x?d=${'A'.repeat(5_000)}`;
    const [host, page] = [...tellingValues(long, noCheck)];
    expect(host).toEqual({
      value: 'host a.exfil.evil.example',
      parents: ['host exfil.evil.example', 'host evil.example'],
    });
    expect(page?.value).toHaveLength(512 + 'link a.exfil.evil.example/'.length - 1);
    expect(page?.parents).toEqual(['link a.exfil.evil.example/drop', 'link a.exfil.evil.example/drop/x']);
  });

  it.each([
    '.',
    '/',
    '@',
    '://',
    '!',
    '1 ',
    'a@',
    'x://',
    '{',
    '%25',
    '&#64;',
    ':a',
    '-1',
    '<',
    '\u200b',
    '谢',
  ])('end for a long run of %j inside of a word', (run) => {
    // A quadratic reading of this takes minutes.
    expect(() => valuesOf(`x${run.repeat(400_000 / run.length)}1`)).not.toThrow();
  });
});
