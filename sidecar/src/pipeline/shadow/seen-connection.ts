import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { ShadowedConnection } from '../context/shadow-tap.ts';
import { NO_JUDGEMENT } from './seen-exchange.ts';
import type { NoOpinion, ShadowOpinion } from './shadow-judge.ts';

/** A connection that is not inspected, until another policy has judged it too. Holds none of its bytes. */
export class SeenConnection {
  readonly dialect = 'opaque';
  readonly shadow: CompiledPolicy;
  readonly #connection: ShadowedConnection;

  constructor(connection: ShadowedConnection, shadow: CompiledPolicy) {
    this.#connection = connection;
    this.shadow = shadow;
  }

  get id(): string {
    return this.#connection.id;
  }

  get direction(): ShadowedConnection['direction'] {
    return this.#connection.direction;
  }

  /** Why it cannot be judged; null where it can. */
  get left(): 'undecided' | null {
    const { code } = this.#connection.live;
    return code !== null && NO_JUDGEMENT.has(code) ? 'undecided' : null;
  }

  async judge(): Promise<ShadowOpinion | NoOpinion> {
    const { live, judgeUnder } = this.#connection;
    const opinion = await judgeUnder(this.shadow);
    return opinion === 'unread' ? 'unread' : { ...opinion, live };
  }

  release(): void {
    // It holds nothing.
  }
}
