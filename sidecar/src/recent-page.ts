import { ConsoleAccess, type KeySource } from './callers/index.ts';
import type { ExchangesAnswer } from './listeners/admin.ts';
import type { PolicySource } from './policy/compile/compiled.ts';
import type { CompiledConsole } from './policy/compile/compiled-callers.ts';
import { RecentExchanges } from './recent/index.ts';

const LIMIT = 200;

/** The last exchanges, and who may see them: the console, where the webhook says that the cluster has one. */
export class RecentPage {
  readonly exchanges: RecentExchanges;
  readonly #policy: PolicySource;
  readonly #access: ConsoleAccess;

  constructor(policy: PolicySource, env: NodeJS.ProcessEnv) {
    this.#policy = policy;
    this.#access = new ConsoleAccess(env['LLM_BOUNDARY_POD_UID'] ?? '');
    this.exchanges = new RecentExchanges({ clock: Date.now, isAsked: () => this.#console() !== null });
  }

  #console(): CompiledConsole | null {
    return this.#policy.current()?.callers.console ?? null;
  }

  /** `/exchanges`. `log`: origin of the record. */
  async answer(
    { log, keySource }: { readonly log: string; readonly keySource: KeySource },
    authorization: string | undefined,
    query: URLSearchParams,
  ): Promise<ExchangesAnswer> {
    const console = this.#console();
    if (console === null) return 'unknown';
    const verification = { nowMs: Date.now(), keySource, address: '' };
    const found = await this.#access.of(authorization, console, verification);
    if (found !== 'granted') return found;
    const id = query.get('id');
    if (id !== null) return this.exchanges.reportOf(log, id);
    const number = (name: string): number => Number.parseInt(query.get(name) ?? '', 10);
    const limit = number('limit') > 0 ? number('limit') : LIMIT;
    const [fromMs, toMs] = [number('from'), number('to')];
    return Number.isNaN(fromMs) || Number.isNaN(toMs)
      ? this.exchanges.report(log, limit)
      : this.exchanges.reportBetween(log, { fromMs, toMs }, limit);
  }
}
