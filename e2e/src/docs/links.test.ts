import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** Fenced and inline code holds no links. */
const CODE = /^(`{3,}|~{3,})[\s\S]*?^\1|`[^`\n]*`/gm;
const LINK = /\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)|^\[[^\]]+\]:\s*(\S+)/gm;
const EXTERNAL = /^[a-z][a-z0-9+.-]*:/i;

const PAGES = [
  ...readdirSync(ROOT).filter((name) => extname(name) === '.md'),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => extname(name) === '.md')
    .map((name) => join('docs', name)),
].sort();

function proseOf(path: string): string {
  return readFileSync(path, 'utf8').replace(CODE, '');
}

/** The anchors that a forge makes of headings: lower case, punctuation gone, spaces to dashes, repeats numbered. */
function anchorsOf(path: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  const text = readFileSync(path, 'utf8').replace(/^(`{3,})[\s\S]*?^\1/gm, '');
  for (const [, heading = ''] of text.matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const base = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/ /g, '-');
    const count = seen.get(base) ?? 0;
    seen.set(base, count + 1);
    anchors.add(count === 0 ? base : `${base}-${count}`);
  }
  return anchors;
}

/** What is wrong with a link; null: nothing. */
function fault(page: string, link: string): string | null {
  const [file = '', anchor] = link.split('#', 2);
  const target = file === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), decodeURIComponent(file));
  if (relative(ROOT, target).startsWith('..')) return `${link}: leads out of the repository`;
  if (!existsSync(target)) return `${link}: no such file`;
  if (anchor === undefined || statSync(target).isDirectory() || extname(target) !== '.md') return null;
  return anchorsOf(target).has(anchor) ? null : `${link}: no such heading`;
}

describe('links in the documentation', () => {
  it('gets the errors', () => {
    expect(fault('README.md', 'docs/nowhere.md')).toBe('docs/nowhere.md: no such file');
    expect(fault('README.md', 'LICENSE')).toBeNull();
    expect(fault('README.md', '../elsewhere')).toBe('../elsewhere: leads out of the repository');
    expect(fault('README.md', '#nowhere')).toBe('#nowhere: no such heading');
    expect(fault('docs/guide/policy.md', '#observe-first')).toBeNull();
  });

  it.each(PAGES)('%s', (page) => {
    const links = [...proseOf(join(ROOT, page)).matchAll(LINK)]
      .map(([, inline, reference]) => inline ?? reference ?? '')
      .filter((link) => !EXTERNAL.test(link));
    expect(links.map((link) => fault(page, link)).filter((found) => found !== null)).toEqual([]);
  });
});
