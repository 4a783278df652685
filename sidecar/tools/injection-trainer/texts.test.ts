import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ownSamples } from './texts.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'texts-'))));
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function read(texts: string, slots: string): readonly { text: string; source: string }[] {
  writeFileSync(join(folder, 'a.txt'), texts);
  writeFileSync(join(folder, 'slots.txt'), slots);
  return ownSamples(pathToFileURL(`${folder}/`));
}

describe('ownSamples', () => {
  it('refuses a slot without options', () =>
    expect(() => read('@ benign user en\nhi {who}\n', '')).toThrow(
      /slot who of "hi \{who\}" has no options/,
    ));

  it('refuses a section of another kind', () =>
    expect(() => read('@ benign cat en\nhi\n', '')).toThrow('no section: @ benign cat en'));

  it('fills slots, those of the language first', () => {
    const samples = read(
      '@ attack user de\nhi {who}\n@ benign user fr\nhi {who}\n',
      'who = {x}\nx = all\nx.de = alle',
    );
    expect(samples.map(({ text, source }) => [text, source])).toEqual([
      ['hi alle', 'own_attacks_user_de'],
      ['hi all', 'own_benign_user_fr'],
    ]);
  });

  it('gives the texts of the project: the same each time, attacks and honest ones in every language and place', () => {
    const samples = ownSamples();
    expect(ownSamples()).toEqual(samples);
    expect(samples.filter(({ text }) => /\{\w+\}/.test(text))).toEqual([]);
    const sources = new Set(samples.map(({ source }) => source));
    for (const lang of ['en', 'de', 'fr', 'es', 'pt', 'it', 'ru', 'tr', 'ar', 'hi', 'zh', 'ja', 'ko'])
      for (const kind of ['attacks_user', 'attacks_data', 'benign_user', 'benign_data'])
        expect(sources).toContain(`own_${kind}_${lang}`);
  });
});
