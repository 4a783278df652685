import { domainToASCII } from 'node:url';

/** Stands for the page that shows the text: what resolves to it is relative and goes nowhere else. */
const PAGE = 'https://page.invalid/';
const PAGE_HOST = 'page.invalid';
const NAMED: Readonly<Record<string, string>> = {
  colon: ':',
  sol: '/',
  bsol: '\\',
  period: '.',
  num: '#',
  quest: '?',
  amp: '&',
  Tab: '',
  NewLine: '',
};

/** The host that a link target leads to, as a browser reads it; null where it stays on the page or names none, '' where it is unclear. */
export function hostOf(target: string): string | null {
  try {
    const url = new URL(decodeEntities(target.trim()), PAGE);
    if (url.hostname === PAGE_HOST || url.hostname === '') return null;
    return url.hostname.replace(/\.$/, '');
  } catch {
    return '';
  }
}

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9A-Fa-f]{1,6})|([A-Za-z]{2,8}));?/g,
    (whole, decimal?: string, hex?: string, name?: string) => {
      if (name !== undefined) return NAMED[name] ?? whole;
      const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
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
