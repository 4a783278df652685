import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { csvRows, stringOf, withoutFrontMatter } from './formats.ts';
import { readSources } from './sources.ts';

const folder = mkdtempSync(join(tmpdir(), 'sources-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('names the sources that are absent', () => {
  expect(() => readSources(folder)).toThrow(/no folder pyrit, spikee, tasktracker, .*injection-model\.md/);
});

it('says which field has no text', () => {
  expect(() => stringOf({ text: 7 }, 'text')).toThrow('no text under "text"');
});

it('reads cells with commas, quotes and ends of lines', () => {
  const file = join(folder, 'a.csv');
  writeFileSync(file, '\ufeffid,text\r\n1,"one, ""two""\nthree"\r\n2,\r\n');
  expect(csvRows(file)).toEqual([
    { id: '1', text: 'one, "two"\nthree' },
    { id: '2', text: '' },
  ]);
});

it('leaves front matter out', () => {
  expect(withoutFrontMatter('---\nglobs: x\n---\n# Title')).toBe('# Title');
});
