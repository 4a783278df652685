import { readFileSync, writeFileSync } from 'node:fs';

import { format, resolveConfig } from 'prettier';

const END = '<!-- End of what the benchmark writes. -->';

/** Puts the results of a command into a page, between its two comments. @throws Error where the page has no such comments */
export async function writePage(
  path: string,
  results: string,
  command: 'bench' | 'bench:detect' | 'bench:record' | 'bench:slices',
): Promise<void> {
  const page = readFileSync(path, 'utf8');
  const beginning = `<!-- Written by \`npm run ${command} -- --write\`. -->`;
  const begin = page.indexOf(beginning);
  const end = page.indexOf(END, begin);
  if (begin < 0 || end < begin)
    throw new Error(`${path} lacks the comments between which the results belong`);
  const written = `${page.slice(0, begin + beginning.length)}\n\n${results}\n\n${page.slice(end)}`;
  writeFileSync(path, await format(written, { ...(await resolveConfig(path)), filepath: path }));
}
