import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';

import { BLOCKED } from './fixture/workload.ts';
import { describePage, usingBrowser } from './testing/open.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const VIEWS = [
  ['fleet', '#/fleet'],
  ['workload', '#/workload/support/Deployment/support-agent'],
  ['decision', `#/decision/${BLOCKED}?namespace=support&pod=support-agent-7d9f4b6c5-2xk8p`],
  ['policies', '#/policies'],
  ['policy', '#/policy/support/support-agent'],
  ['lab', '#/lab'],
  ['audit', '#/audit'],
  ['an address that leads nowhere', '#/nowhere'],
] as const;

/** Rule and place of each violation, in light and in dark: colours alone differ between them. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE);
  const light = await page.evaluate<AxeResults>('axe.run()');
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await page.evaluate<AxeResults>("axe.run({ runOnly: ['color-contrast'] })");
  return [light, dark].flatMap((results) =>
    results.violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`)),
  );
}

describePage('axe finds nothing', () => {
  const open = usingBrowser();

  it.each(VIEWS)('%s', async (name, hash) => {
    const { page, complaints } = await open(hash);
    await page.waitForLoadState('networkidle');
    await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
    if (name === 'lab') {
      await page.getByRole('button', { name: 'Check and replay' }).click();
      await page.getByRole('heading', { name: 'Who set what' }).waitFor();
    }
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('sign in, with a refused token', async () => {
    const { page, complaints } = await open('', {
      prepare: ({ fixture }) => {
        fixture.isSignedIn = false;
      },
    });
    await page.getByLabel('Token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('before and after', async () => {
    const { page, complaints } = await open('#/demo', {
      prepare: ({ fixture }) => {
        fixture.source = 'demo';
      },
    });
    await page.getByRole('button', { name: 'Send to both' }).click();
    await page.getByRole('region', { name: 'With the boundary', exact: true }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
