import type { Adapter } from './adapter.ts';
import { APPLICATIONS } from './applications.ts';
import { ENGINES } from './engines.ts';
import { RUNTIMES } from './runtimes.ts';

export type { Adapter, Listener } from './adapter.ts';

/** The servers that takeover can move without an annotation. */
export const ADAPTERS: readonly Adapter[] = [...ENGINES, ...RUNTIMES, ...APPLICATIONS];
