import { readFileSync } from 'node:fs';

import { heldOutOf } from './rates.ts';
import { absent, printed, SECTIONS } from './section.ts';

const PAGE = readFileSync(new URL('../../../docs/reference/detection.md', import.meta.url), 'utf8');
const BEGIN = '<!-- Written by `npm run bench:detect -- --write`. -->';
const END = '<!-- End of what the benchmark writes. -->';

/** Headings, and the heads of the tables beneath them, without the padding of the formatter. */
function sectionsOf(text: string): readonly (readonly [string, string])[] {
  return text
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const lines = section.split('\n');
      const head = lines.find((line) => line.startsWith('|')) ?? '';
      return [lines[0] ?? '', head.replaceAll(/ +/g, ' ').trim()];
    });
}

it('the page has the sections and columns of the program', () => {
  const [begin, end] = [PAGE.indexOf(BEGIN), PAGE.indexOf(END)];
  expect(begin).toBeGreaterThan(0);
  expect(end).toBeGreaterThan(begin);
  const expected = Object.values(SECTIONS).map(({ title, head }) => [
    title,
    `| ${head.join(' | ')} |`.replaceAll(/ +/g, ' '),
  ]);
  expect(sectionsOf(PAGE.slice(begin, end))).toEqual(expected);
});

it('recall on held-out sources is read from the model card', () => {
  const card = readFileSync(new URL('../../../docs/reference/injection-model.md', import.meta.url), 'utf8');
  const recall = [...heldOutOf(card)];
  expect(recall.map(([key]) => key)).toEqual(['user 1 %', 'user 0.1 %', 'untrusted 1 %', 'untrusted 0.1 %']);
  for (const [, cell] of recall) expect(cell).toMatch(/^\d+\.\d % of \d+$/);
  expect(heldOutOf('# Another page')).toEqual(new Map());
});

it('every table has a note that says what its numbers are of', () => {
  for (const { note } of Object.values(SECTIONS)) expect(note).not.toBe('');
});

it('what is absent is named with the reason', () => {
  expect([...absent(SECTIONS.cost, 'no data')].join('\n')).toBe(
    '\n### Cost of a long text\n\nNot measured: no data.',
  );
});

it('prints a table', () => {
  const section = { title: 'T', head: ['a', 'b'], note: 'N' };
  expect([...printed(section, [['1', '2']])].join('\n')).toBe(
    '\n### T\n\nN\n\n| a | b |\n| --- | --- |\n| 1 | 2 |',
  );
});
