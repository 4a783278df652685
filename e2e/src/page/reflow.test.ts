import type { Page } from 'playwright-core';

import { BLOCKED } from './fixture/workload.ts';
import { describePage, usingBrowser } from './testing/open.ts';

const WORKLOAD = '#/workload/support/Deployment/support-agent';
const VIEWS = [
  ['fleet', '#/fleet'],
  ['workload', WORKLOAD],
  ['decision', `#/decision/${BLOCKED}`],
  ['a search', '#/decisions'],
  ['policies', '#/policies'],
  ['policy', '#/policy/support/support-agent'],
  ['lab', '#/lab'],
  ['audit', '#/audit'],
] as const;

/** How far the page scrolls to the side. */
function surplus(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** WCAG 1.4.10: 400 % of a window of 1,280 pixels. Tables scroll in regions of their own. */
describePage('a window of 320 pixels', () => {
  const open = usingBrowser();

  it.each(VIEWS)('need not be scrolled to the side: %s', async (name, hash) => {
    const { page } = await open(hash);
    await page.setViewportSize({ width: 320, height: 640 });
    if (name === 'lab') await page.getByRole('button', { name: 'Check and replay' }).click();
    await page.waitForLoadState('networkidle');
    expect(await surplus(page)).toBe(0);
  });

  it('need not be scrolled to the side: the demo', async () => {
    const { page } = await open('', {
      prepare: ({ fixture }) => {
        fixture.source = 'demo';
      },
    });
    await page.setViewportSize({ width: 320, height: 640 });
    await page.getByRole('button', { name: 'Send to both' }).click();
    await page.getByText('Tools that ran').first().waitFor();
    expect(await surplus(page)).toBe(0);
  });
});

describePage('colours that the user has chosen', () => {
  const open = usingBrowser();

  /** Styles of an element that tell it from others. */
  function look(page: Page, selector: string): Promise<string> {
    return page.evaluate<string>(
      `(() => { const s = getComputedStyle(document.querySelector(${JSON.stringify(selector)})); return [s.borderBottomStyle, s.outlineStyle].join(' '); })()`,
    );
  }

  it.each([
    ['the view that is open', '.bar a[aria-current]', '.bar a:not([aria-current])'],
    ['the group that is shown', '.summary [aria-pressed=true]', '.summary [aria-pressed=false]'],
  ])('do not hide %s', async (_what, chosen, other) => {
    const { page } = await open('#/fleet');
    await page.emulateMedia({ forcedColors: 'active' });
    await page.locator(chosen).waitFor();
    expect(await look(page, chosen)).not.toBe(await look(page, other));
  });

  it('do not hide the keys of a chart', async () => {
    const { page } = await open(WORKLOAD);
    await page.emulateMedia({ forcedColors: 'active' });
    await page.getByRole('img').first().waitFor();
    const colours = await page.evaluate<string[]>(
      "[...document.querySelector('.chart').querySelectorAll('.key')].map((key) => getComputedStyle(key, '::before').backgroundColor)",
    );
    expect(new Set(colours).size).toBe(colours.length);
    expect(await page.evaluate("getComputedStyle(document.querySelector('.chart')).forcedColorAdjust")).toBe(
      'none',
    );
  });
});
