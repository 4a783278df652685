import { readFileSync, writeFileSync } from 'node:fs';

const BEGIN = '<!-- Written by `npm run bench -- --write`. -->';
const END = '<!-- End of what the benchmark writes. -->';

/** Puts the results into a page, between its two comments. @throws Error where the page has no such comments */
export function writePage(path: string, results: string): void {
  const page = readFileSync(path, 'utf8');
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin)
    throw new Error(`${path} lacks the comments between which the results belong`);
  writeFileSync(path, `${page.slice(0, begin + BEGIN.length)}\n\n${results}\n\n${page.slice(end)}`);
}
