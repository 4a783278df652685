import { createLinksDetector } from './index.ts';

const detector = createLinksDetector(['docs.example.com', '*.corp.test', 'bücher.test']);

function found(text: string): readonly string[] {
  return detector.scan(text).map(({ rule, start, end }) => `${rule} ${text.slice(start, end)}`);
}

describe('links that leave', () => {
  it.each([
    ['an image', '![a](https://evil.test/x?q=1)', 'link.image ![a](https://evil.test/x?q=1)'],
    ['an image without scheme', '![a](//evil.test/x)', 'link.image ![a](//evil.test/x)'],
    [
      'an image in angle brackets',
      '![x](<https://evil.test/a b>)',
      'link.image ![x](<https://evil.test/a b>)',
    ],
    ['an image behind entities', '![a](https&#58;//evil.test/x)', 'link.image ![a](https&#58;//evil.test/x)'],
    ['an HTML image', '<img src="https://evil.test/?d=1">', 'link.image <img src="https://evil.test/?d=1">'],
    [
      'a set of sources',
      '<img srcset="/a.png 1x, //evil.test/b 2x">',
      'link.image <img srcset="/a.png 1x, //evil.test/b 2x">',
    ],
    [
      'an image with > in a value',
      '<img alt=">" src="//evil.test/x">',
      'link.image <img alt=">" src="//evil.test/x">',
    ],
    [
      'a frame with a long title',
      `<iframe title="${'a'.repeat(1200)}" src="//evil.test"></iframe>`,
      `link.url <iframe title="${'a'.repeat(1200)}" src="//evil.test">`,
    ],
    ['a button', '<button formaction="//evil.test/x">', 'link.url <button formaction="//evil.test/x">'],
    ['a link', '[t](https://evil.test/a).', 'link.url https://evil.test/a'],
    ['a bare URL at the end of a sentence', 'see https://evil.test/x, ok', 'link.url https://evil.test/x'],
    ['an anchor', '<a href="//evil.test">x</a>', 'link.url <a href="//evil.test">'],
    [
      'a stylesheet',
      '<link rel=stylesheet href=https://evil.test/a.css>',
      'link.url <link rel=stylesheet href=https://evil.test/a.css>',
    ],
    ['a definition', '[r]: //evil.test/x', 'link.url //evil.test/x'],
    ['a background', 'background:url(//evil.test/a)', 'link.url //evil.test/a'],
    ['backslashes', 'https:\\\\evil.test/a', 'link.url https:\\\\evil.test/a'],
    ['a host without scheme', 'www.evil.test/a', 'link.url www.evil.test/a'],
    [
      'an allowed host as the user',
      'https://docs.example.com@evil.test/',
      'link.url https://docs.example.com@evil.test/',
    ],
    [
      'an allowed host as a prefix',
      'https://docs.example.com.evil.test/',
      'link.url https://docs.example.com.evil.test/',
    ],
    ['the host above a wildcard', 'https://corp.test', 'link.url https://corp.test'],
    ['a suffix that is no subdomain', 'https://evilcorp.test/', 'link.url https://evilcorp.test/'],
  ])('%s', (_, text, expected) => {
    expect(found(text)).toEqual([expected]);
  });
});

it.each([
  'https://docs.example.com/a?b=1',
  'HTTPS://DOCS.EXAMPLE.COM./a',
  'https://a.b.corp.test/',
  'https://xn--bcher-kva.test/',
  '![a](/rel.png)',
  '![a](data:image/png;base64,AAAA)',
  '<img src=/a.png>',
  '[t](#section)',
  'a < b && c > d',
  'mailto:x@y',
])('passes %s', (text) => {
  expect(found(text)).toEqual([]);
});

it.each(['a student talked about the ', 'Unter uns: '])('holds nothing of words with a u: %s', (text) => {
  expect(detector.hold(text)).toBe(text.length);
});

describe('links that are longer than what is read for the beginning of a target', () => {
  const path = '/é?x=1&'.repeat(3_000);
  it.each([
    ['behind a sign', `a _https://evil.test${path} b`, 'https://evil.test'],
    ['in Markdown', `[a](https://evil.test${path})`, 'https://evil.test'],
    ['in a string', `"https://evil.test${path}" b`, 'https://evil.test'],
    ['without a scheme', `1www.evil.test${path} b`, 'www.evil.test'],
    ['of a long name', `see https://${'a'.repeat(9_000)}@evil.test${path} b`, 'https://aaa'],
  ])('%s', (_, text, beginning) => {
    const found = createLinksDetector([]).scan(text);
    expect(found.map(({ start }) => text.slice(start, start + beginning.length))).toEqual([beginning]);
    expect(found.map(({ end }) => end)).toEqual([text.indexOf(path) + path.length]);
  });
});
