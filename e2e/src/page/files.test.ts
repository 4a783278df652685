import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const PAGE = fileURLToPath(new URL('../../../webhook/dist/page/', import.meta.url));
const names = readdirSync(PAGE);
function read(name: string): string {
  return readFileSync(PAGE + name, 'utf8');
}

describe('the built page', () => {
  it('is small: under 200 KB, compressed', () => {
    const bytes = names.map((name) => gzipSync(readFileSync(PAGE + name)).length);
    expect(bytes.reduce((sum, each) => sum + each, 0)).toBeLessThan(200_000);
  });

  it('has its own files alone', () => {
    expect(names.sort()).toEqual(['index.html', 'licences.txt', 'main.css', 'main.js', 'theme.js']);
    const links = [...read('index.html').matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link);
    expect(links).toEqual(['data:,', 'main.css', 'theme.js', 'main.js']);
    expect(read('main.css')).not.toMatch(/url\(|@import/);
  });

  it('has nothing inline that a strict CSP forbids', () => {
    expect(read('index.html')).not.toMatch(/<style|style=|<script(?![^>]* src=)|\son\w+=/);
    expect(read('main.js')).not.toMatch(/\beval\(|new Function\(/);
  });

  it('names the licences of what is in it', () => {
    expect(read('licences.txt')).toMatch(/^preact\n[\s\S]*\nuplot\n[\s\S]*MIT/);
  });
});
