import type { JsonObject } from '../../audit/record/canonical.ts';
import type { Change } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';

type Counted = 'same' | Change | 'skipped' | 'failed' | 'unrecorded';

/** Differences of this many a second are on the record one by one; further ones are counted alone. */
const LINES_PER_SECOND = 10;
const BURST = 100;

/** How often a shadow agreed with the live policy since it is judged. */
export class ShadowTally {
  readonly #policy: Pick<CompiledPolicy, 'generation' | 'name' | 'sha256'>;
  readonly #counts: Record<Counted, number> = {
    ...{ same: 0, would_refuse: 0, would_allow: 0, other: 0 },
    ...{ skipped: 0, failed: 0, unrecorded: 0 },
  };
  #isNew = false;
  #lines = BURST;
  #atMs: number | null = null;

  constructor({ generation, name, sha256 }: CompiledPolicy) {
    this.#policy = { generation, name, sha256 };
  }

  get sha256(): string {
    return this.#policy.sha256;
  }

  add(what: Counted): void {
    this.#counts[what] += 1;
    this.#isNew = true;
  }

  /** Takes the place of one line; counts a difference that gets none. */
  mayRecord(nowMs: number): boolean {
    const filled = this.#lines + ((nowMs - (this.#atMs ?? nowMs)) * LINES_PER_SECOND) / 1_000;
    this.#atMs = nowMs;
    this.#lines = Math.min(BURST, filled);
    if (this.#lines < 1) {
      this.add('unrecorded');
      return false;
    }
    this.#lines -= 1;
    return true;
  }

  /** The counts as members of a line; null where they are those of the last call. */
  news(): JsonObject | null {
    if (!this.#isNew) return null;
    this.#isNew = false;
    return { policy: { ...this.#policy }, ...this.#counts };
  }
}
