import { accessSync, constants } from 'node:fs';

import { chromium, type Browser } from 'playwright-core';

const PLACES = [
  process.env['CHROMIUM'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

/** Null: there is none on this machine; `CHROMIUM` names one in another place. */
export function chromiumPath(): string | null {
  return (
    PLACES.find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return path !== '';
      } catch {
        return false;
      }
    }) ?? null
  );
}

/** @param path of the program, from `chromiumPath` */
export function startBrowser(path: string): Promise<Browser> {
  // Its sandbox needs another user than root, or rights that containers do not have. Only the fixture's pages are opened.
  return chromium.launch({ executablePath: path, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
