import { existsSync, readFileSync, writeFileSync } from 'node:fs';

import { webhookMetricsPage } from './metrics.ts';

it('docs/reference/webhook-metrics.md matches the registry', async () => {
  const page = new URL('../../../docs/reference/webhook-metrics.md', import.meta.url);
  const expected = await webhookMetricsPage();
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(page, expected);
  expect(existsSync(page) ? readFileSync(page, 'utf8') : '').toBe(expected);
});
