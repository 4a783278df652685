import { readFileSync, writeFileSync } from 'node:fs';

import { format, resolveConfig } from 'prettier';

const BEGIN = '<!-- Written by `npm run bench -- --write`. -->';
const END = '<!-- End of what the benchmark writes. -->';

/** Puts the results into a page, between its two comments. @throws Error where the page has no such comments */
export async function writePage(path: string, results: string): Promise<void> {
  const page = readFileSync(path, 'utf8');
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin)
    throw new Error(`${path} lacks the comments between which the results belong`);
  const written = `${page.slice(0, begin + BEGIN.length)}\n\n${results}\n\n${page.slice(end)}`;
  writeFileSync(path, await format(written, { ...(await resolveConfig(path)), filepath: path }));
}
