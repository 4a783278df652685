import { versionIn } from './commands/flags/program.ts';

/** The version of this package, for records and metrics. */
export const VERSION = versionIn(new URL('../package.json', import.meta.url));
