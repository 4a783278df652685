import type { Page } from 'playwright-core';

import { BLOCKED } from './fixture/workload.ts';
import { describePage, usingBrowser } from './testing/open.ts';

/** What has the focus: its role or tag, and its text. */
function focused(page: Page): Promise<string> {
  return page.evaluate<string>(
    `(() => { const { tagName, id, innerText } = document.activeElement; return [tagName, id || innerText.trim().slice(0, 30)].join(' '); })()`,
  );
}

/** Where a reader begins who comes from the bar of the browser. */
const TO_THE_TOP = 'document.body.tabIndex = -1; document.body.focus();';

describePage('the keyboard', () => {
  const open = usingBrowser();

  it('begins at the heading of a view, and reaches the content by the skip link', async () => {
    const { page } = await open('#/fleet');
    expect(await focused(page)).toBe('H1 Fleet');
    await page.evaluate(TO_THE_TOP);
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe('A Skip to the content');
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('MAIN main');
    expect(page.url()).toMatch(/#\/fleet$/);
  });

  it('goes through the bar, the groups, the filter and the table in this order', async () => {
    const { page } = await open('#/fleet');
    await page.locator('tbody tr').first().waitFor();
    await page.evaluate(TO_THE_TOP);
    const seen: string[] = [];
    for (let presses = 0; presses < 20; presses++) {
      await page.keyboard.press('Tab');
      seen.push(await focused(page));
    }
    const order = [
      'A Skip to the content',
      'A Fleet',
      'A Audit',
      'SELECT system\nlight\ndark',
      'BUTTON Sign out',
      'BUTTON 6 workloads',
      'INPUT ',
      'INPUT ',
      'BUTTON Why',
      'BUTTON Workload',
    ];
    expect(seen.filter((each) => order.includes(each))).toEqual(order);
  });

  it('shows where the focus is', async () => {
    const { page } = await open('#/fleet');
    await page.evaluate(TO_THE_TOP);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  });

  it('gets out of the editor by Tab', async () => {
    const { page } = await open('#/lab');
    await page.getByLabel('Policy (YAML)').focus();
    await page.keyboard.press('Tab');
    expect(await focused(page)).toMatch(/^SELECT/);
  });
});

describePage('the keyboard alone', () => {
  const open = usingBrowser();

  /** Presses Tab until the focus is on what has this text. */
  async function tabTo(page: Page, text: string): Promise<void> {
    for (let presses = 0; presses < 200; presses++) {
      await page.keyboard.press('Tab');
      if ((await focused(page)).endsWith(` ${text}`)) return;
    }
    throw new Error(`Tab does not lead to ${text}`);
  }

  it('leads from the fleet to the reason of a refusal, and to the figures of the charts', async () => {
    const { page } = await open('#/fleet');
    await page.locator('tbody tr').first().waitFor();
    await tabTo(page, 'support-agent');
    await page.keyboard.press('Enter');
    await page.getByText('The figures of both charts').waitFor();
    expect(await focused(page)).toBe('H1 support-agent');
    await tabTo(page, '14:02:01');
    await page.keyboard.press('Enter');
    await page.getByText('Step by step').waitFor();
    expect(await focused(page)).toBe(`H1 ${`Decision ${BLOCKED}`.slice(0, 30).trim()}`);
    await page.goBack();
    await page.getByText('The figures of both charts').waitFor();
    await tabTo(page, 'The figures of both charts');
    await page.keyboard.press('Enter');
    await page.getByRole('table', { name: 'Outcomes and median times' }).waitFor();
  });

  it('finds a decision by its ID', async () => {
    const { page } = await open('#/fleet');
    await page.getByRole('textbox', { name: 'Decision' }).focus();
    await page.keyboard.type(` ${BLOCKED} `);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: `Decision ${BLOCKED}` }).waitFor();
  });
});

describePage('motion', () => {
  const open = usingBrowser();

  it('is none where the user wants less of it', async () => {
    const { page } = await open('#/workload/support/Deployment/support-agent');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const moving = `[...document.querySelectorAll('*')].filter((each) => {
      const { transitionDuration, animationName } = getComputedStyle(each);
      return transitionDuration.split(', ').some((time) => time !== '0s') || animationName !== 'none';
    }).length`;
    expect(await page.evaluate(moving)).toBe(0);
  });
});

describePage('the theme', () => {
  const open = usingBrowser();
  const ground = 'getComputedStyle(document.documentElement).backgroundColor';

  it('is that of the browser, until one is chosen, which stays', async () => {
    const { page } = await open('#/fleet', { dark: true });
    const dark = await page.evaluate<string>(ground);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.locator('html[data-theme=light]').waitFor({ state: 'attached' });
    expect(await page.evaluate<string>(ground)).not.toBe(dark);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.locator('html[data-theme=dark]').waitFor({ state: 'attached' });
    await page.getByLabel('Theme').selectOption('light');
    const light = await page.evaluate<string>(ground);
    expect(light).not.toBe(dark);
    await page.reload();
    await page.locator('h1').waitFor();
    expect(await page.evaluate<string>(ground)).toBe(light);
    await page.getByLabel('Theme').selectOption('system');
    expect(await page.evaluate<string>(ground)).toBe(dark);
  });
});

describePage('what readers of screens get', () => {
  const open = usingBrowser();

  it('landmarks, one heading of the first level, and names of tables', async () => {
    const { page } = await open('#/workload/support/Deployment/support-agent');
    await page.getByRole('heading', { name: 'Pods' }).waitFor();
    for (const role of ['banner', 'navigation', 'main'] as const)
      expect(await page.getByRole(role).count()).toBe(1);
    expect(await page.getByRole('heading', { level: 1 }).allInnerTexts()).toEqual(['support-agent']);
    for (const table of await page.locator('table').all()) {
      expect(await table.locator('caption').textContent()).not.toBe('');
      expect(await table.locator('th:not([scope])').count()).toBe(0);
    }
  });

  it('no announcement of what arrives by itself', async () => {
    const { page } = await open('#/workload/support/Deployment/support-agent');
    const asked = (): Promise<unknown> =>
      page.waitForResponse((response) => response.url().includes('/decisions'));
    await asked();
    await asked();
    expect(await page.locator('[role=status]').textContent()).toBe('');
    expect(await page.locator('[aria-live]').count()).toBe(0);
  });
});
