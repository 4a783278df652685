import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { chromiumPath, startBrowser } from './browser.ts';
import { startFixtureServer } from './fixture-server.ts';
import { BLOCKED } from './fixture/workload.ts';

/** Writes the pictures of the console for the documentation, light and dark, from the fixture's data. Run it after `npm run build`. */
const OUT = fileURLToPath(new URL('../../../docs/pictures/', import.meta.url));
const VIEWS = {
  fleet: '#/fleet',
  workload: '#/workload/support/Deployment/support-agent',
  decision: `#/decision/${BLOCKED}`,
  policy: '#/policy/support/support-agent',
  lab: '#/lab',
  audit: '#/audit',
} as const;

const path = chromiumPath();
if (path === null) {
  process.stderr.write('No Chromium is installed: apt-get install chromium, or name one in CHROMIUM.\n');
  process.exit(1);
}
mkdirSync(OUT, { recursive: true });
const server = await startFixtureServer();
const browser = await startBrowser(path);
try {
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({
      colorScheme,
      viewport: { width: 1280, height: 800 },
      timezoneId: 'UTC',
    });
    for (const [name, hash] of Object.entries(VIEWS)) {
      const page = await context.newPage();
      await page.goto(`${server.origin}/${hash}`);
      await page.locator('h1').waitFor();
      if (name === 'lab') await page.getByRole('button', { name: 'Check and replay' }).click();
      await page.waitForLoadState('networkidle');
      const file = join(OUT, `console-${name}-${colorScheme}.png`);
      await page.screenshot({ path: file, animations: 'disabled' });
      process.stdout.write(`${file}\n`);
      await page.close();
    }
    await context.close();
  }
} finally {
  await browser.close();
  await server.stop();
}
