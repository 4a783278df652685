import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { auditRecordReference } from './reference.ts';
import { lineSchema } from './schema.ts';

describe('docs/reference/audit-record.md', () => {
  it('matches the schema', async () => {
    const path = join(import.meta.dirname, '../../../../docs/reference/audit-record.md');
    if (process.env['UPDATE_GOLDEN'] === '1') await writeFile(path, auditRecordReference());
    expect(await readFile(path, 'utf8')).toBe(auditRecordReference());
  });

  it('explains every member of every kind', () => {
    const text = auditRecordReference();
    expect(lineSchema.options).toHaveLength(text.split('\n## ').length - 2);
    const unexplained = text.split('\n').filter((row) => row.startsWith('| `') && row.endsWith('|  |'));
    expect(unexplained).toEqual([]);
  });
});
