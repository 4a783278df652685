import type { SharedState } from '../controls/index.ts';
import type { CompiledPolicy, CompiledState } from '../policy/compile/compiled.ts';
import { loadClient, StateConnection, type ConnectionOptions } from './connection.ts';
import { SharedCounters } from './shared-counters.ts';

interface Used {
  readonly server: CompiledState;
  readonly connection: StateConnection;
  readonly counters: SharedCounters;
}

/** The server that the policy in force names; another policy may name another one. */
export class StateServers {
  readonly #options: ConnectionOptions;
  #used: Used | null = null;
  #closing: Promise<unknown> = Promise.resolve();

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** Loads what the policy of the start needs, before an exchange waits for it. */
  static async open(
    options: ConnectionOptions,
    policy: Pick<CompiledPolicy, 'state'> | null,
  ): Promise<StateServers> {
    if ((policy?.state ?? null) !== null) await loadClient();
    return new StateServers(options);
  }

  /** Null where the policy names none. */
  of({ state }: Pick<CompiledPolicy, 'state'>): SharedState | null {
    if (state === null) return null;
    if (this.#used === null || !isSame(this.#used.server, state)) {
      this.#leave();
      const connection = new StateConnection(state, this.#options);
      this.#used = {
        server: state,
        connection,
        counters: new SharedCounters(connection, state.onUnreachable),
      };
    }
    return this.#used.counters;
  }

  /** What was counted so far is at the server, as far as it answers. */
  async settled(): Promise<void> {
    await this.#used?.counters.settled();
  }

  /** What was counted is sent, as far as the server answers. */
  async close(): Promise<void> {
    this.#leave();
    await this.#closing;
  }

  #leave(): void {
    const used = this.#used;
    this.#used = null;
    if (used === null) return;
    const left = used.counters.settled().finally(() => used.connection.close());
    this.#closing = Promise.all([this.#closing, left]);
  }
}

function isSame(a: CompiledState, b: CompiledState): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
