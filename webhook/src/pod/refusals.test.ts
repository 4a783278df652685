import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import { refusalsPage } from './refusals.ts';

it('docs/reference/injection-refusals.md matches the table', () => {
  const page = new URL('../../../docs/reference/injection-refusals.md', import.meta.url);
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(page, refusalsPage());
  expect(existsSync(page) ? readFileSync(page, 'utf8') : '').toBe(refusalsPage());
});
