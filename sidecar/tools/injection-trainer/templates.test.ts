import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readTemplates } from './templates.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'templates-'));
  mkdirSync(join(folder, 'in_the_wild'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('readTemplates', () => {
  it.each(['name: x\n', 'value: 3\n', '[]\n'])('refuses a file without a text: %j', (yaml) => {
    writeFileSync(join(folder, 'a.yaml'), yaml);
    expect(() => readTemplates(folder)).toThrow('a.yaml has no text under "value"');
  });

  it('refuses a folder that is not there', () =>
    expect(() => readTemplates(join(folder, 'none'))).toThrow(/ENOENT/));

  it('reads texts with a request in the slot, in the order of their names', () => {
    writeFileSync(join(folder, 'b.yaml'), 'value: "answer {{ prompt }}"\n');
    writeFileSync(join(folder, 'in_the_wild', 'c.yaml'), 'value: be free\n');
    writeFileSync(join(folder, 'readme.md'), 'no template');
    expect(
      readTemplates(folder).map(({ text, source, attack, untrusted }) => [text, source, attack, untrusted]),
    ).toEqual([
      ['answer this', 'pyrit_templates', true, false],
      ['be free', 'pyrit_wild', true, false],
    ]);
  });
});
