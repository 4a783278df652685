import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import { expect } from '@jest/globals';

/** Compares with a file of `testdata`; `UPDATE_GOLDEN=1` writes it. A missing file is a failure, not a first run. */
export function expectGolden(file: URL, value: unknown): void {
  const actual = `${JSON.stringify(value, null, 2)}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, actual);
  expect(existsSync(file) ? readFileSync(file, 'utf8') : '(no such golden)').toBe(actual);
}
