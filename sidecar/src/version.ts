import { readFileSync } from 'node:fs';

/** The version of this package, as records and metrics tell it. */
export const VERSION = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
