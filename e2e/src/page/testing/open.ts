import type { Browser, Page } from 'playwright-core';

import { chromiumPath, startBrowser } from '../browser.ts';
import { startFixtureServer, type FixtureServer } from '../fixture-server.ts';

const path = chromiumPath();
if (path === null)
  process.stderr.write(
    'The tests of the page are skipped: no Chromium is installed (apt-get install chromium, or CHROMIUM=PATH).\n',
  );

/** Skipped where there is no Chromium. */
export const describePage = path === null ? describe.skip : describe;

export interface Opened {
  readonly page: Page;
  readonly server: FixtureServer;
  /** What the browser complained of: errors of scripts, violations of the CSP, requests to other hosts. */
  readonly complaints: string[];
}

/** One browser for a file of tests; each test opens pages of its own. */
export function usingBrowser(): (
  hash: string,
  options?: {
    readonly dark?: boolean;
    readonly timezone?: string;
    readonly prepare?: (server: FixtureServer) => void;
  },
) => Promise<Opened> {
  let browser: Browser | null = null;
  const servers: FixtureServer[] = [];
  beforeAll(async () => {
    if (path !== null) browser = await startBrowser(path);
  });
  afterAll(async () => {
    await browser?.close();
    for (const server of servers) await server.stop();
  });
  return async (hash, { dark = false, timezone = 'UTC', prepare } = {}) => {
    if (browser === null) throw new Error('the browser did not start');
    const server = await startFixtureServer();
    servers.push(server);
    prepare?.(server);
    const context = await browser.newContext({
      colorScheme: dark ? 'dark' : 'light',
      viewport: { width: 1280, height: 800 },
      timezoneId: timezone,
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // A refused request is told there too, and is what some tests want.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        complaints.push(message.text());
    });
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(server.origin) && !url.startsWith('data:')) complaints.push(`asked for ${url}`);
    });
    // Below the limit of a test, so that its message says what was awaited.
    page.setDefaultTimeout(60_000);
    await page.goto(`${server.origin}/${hash}`);
    await page.locator('h1').waitFor();
    return { page, server, complaints };
  };
}
