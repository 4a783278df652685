import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ATTRIBUTES, GUARDRAIL_ATTRIBUTES } from './definitions.ts';
import { attributeReference } from './reference.ts';

it('docs/reference/trace-attributes.md matches the table', async () => {
  const path = join(import.meta.dirname, '../../../docs/reference/trace-attributes.md');
  if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(path, attributeReference());
  expect(await readFile(path, 'utf8')).toBe(attributeReference());
});

it('every attribute of the table is set somewhere; the types allow no other', async () => {
  const sources = await Promise.all(
    ['attributes.ts', 'exchange-spans.ts'].map((name) => readFile(join(import.meta.dirname, name), 'utf8')),
  );
  const names = [...Object.keys(ATTRIBUTES), ...Object.keys(GUARDRAIL_ATTRIBUTES)];
  expect(names.filter((name) => !sources.some((source) => source.includes(`'${name}'`)))).toEqual([]);
});
