import { domainToASCII } from 'node:url';

/** Placeholders for the page with the text: a URL that resolves to them is relative. Both, since `http:x` depends on the scheme. */
const PAGES = ['https://page.invalid/', 'http://page.invalid/'];
const PAGE_HOST = 'page.invalid';
const NAMED: Readonly<Record<string, string>> = {
  colon: ':',
  sol: '/',
  bsol: '\\',
  period: '.',
  num: '#',
  quest: '?',
  amp: '&',
  commat: '@',
  equals: '=',
  lpar: '(',
  rpar: ')',
  quot: '"',
  apos: "'",
  lt: '<',
  gt: '>',
  Tab: '\t',
  NewLine: '\n',
};
/** Relative to the page in every reading: most targets, which spares them the readings. */
const STAYS = /^(?:[#?.]|\/(?=[\w.~-]))[\w./?#=%~:@!$,;()*-]*$/;
/** A scheme with escapes of CSS: `h\\ttps:`, and line ends inside of a string. */
const CSS_SCHEME = /^(?:\\?[htps]|\\\r?\n)+:/i;
/** Resolves to one host on any page. */
const READS_ALIKE = /^(?:https?:)?\/\/[^\s\\]/i;
/** Schemes that wrap another URL. */
const WRAPPING = /^(?:view-source|feed|blob|filesystem|jar|intent):/i;

/** A host ends within so many characters, or is undetermined. */
const LONGEST_BEGINNING = 8_192;

/** The hosts of a long target are those of its beginning, where nothing that follows can change them. */
function hostsOfLong(target: string): readonly string[] {
  const beginning = target.slice(0, LONGEST_BEGINNING);
  const [hosts, continued] = [hostsOf(beginning), hostsOf(`${beginning}x`)];
  return hosts.join(' ') === continued.join(' ') ? hosts : [''];
}

/** The hosts that a link target may lead to, as browsers parse it, in each reading of its escapes; '' means undetermined. */
export function hostsOf(target: string): readonly string[] {
  if (target.length > LONGEST_BEGINNING + 1) return hostsOfLong(target);
  if (STAYS.test(target)) return [];
  const decoded = decodeEntities(target.trim());
  const joined = decoded
    .replace(/["'`]\s*\+\s*["'`]/g, '')
    .replace(CSS_SCHEME, (scheme) => scheme.replace(/\\(?:\r?\n)?/g, ''));
  const readings = new Set([joined, joined.split(/\s/, 1)[0] ?? '', unescapeCss(joined)]);
  const unescaped = joined.replace(/\\([!-/:-@[-`{-~])/g, '$1');
  readings.add(unescaped);
  // An escape of JSON and Markdown, never meant for a browser.
  if (joined.startsWith('\\/')) readings.delete(joined);
  return [...readings].flatMap((reading) =>
    (READS_ALIKE.test(reading) ? PAGES.slice(0, 1) : PAGES).flatMap((page) => hostFrom(reading, page)),
  );
}

function hostFrom(target: string, page: string): readonly string[] {
  if (/^(?:[a-z][a-z0-9+.-]*:)?[\s/\\]*$/i.test(target)) return [];
  if (WRAPPING.test(target)) return hostFrom(target.slice(target.indexOf(':') + 1), page);
  try {
    const { hostname } = new URL(target, page);
    return hostname === PAGE_HOST || hostname === '' ? [] : [hostname.replace(/\.$/, '')];
  } catch {
    return [''];
  }
}

/** HTML entities that can be part of a URL, with or without the semicolon. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#0*(\d{1,7})|#[xX]0*([0-9A-Fa-f]{1,6})|([A-Za-z]{2,8}));?/g,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return NAMED[name] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

function unescapeCss(text: string): string {
  return text.replace(/\\([0-9A-Fa-f]{1,6})\s?/g, (whole, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** `allowHosts`: exact names, or `*.example.com` for everything below `example.com`. Case and a final dot do not matter. */
export function hostMatcher(allowHosts: readonly string[]): (host: string) => boolean {
  const exact = new Set<string>();
  const suffixes: string[] = [];
  for (const entry of allowHosts) {
    const host = entry.trim().toLowerCase().replace(/\.$/, '');
    if (host.startsWith('*.')) suffixes.push(`.${domainToASCII(host.slice(2)) || host.slice(2)}`);
    else exact.add(domainToASCII(host) || host);
  }
  return (host) => exact.has(host) || suffixes.some((suffix) => host.endsWith(suffix));
}
