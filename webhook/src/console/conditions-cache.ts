import type { Conditions } from '../posture/conditions.ts';
import type { ConsoleSource, SeenPod } from './source.ts';

const FRESH_MS = 60_000;
const AT_ONCE = 32;

/** The conditions of pods, asked for in the background, so that a list of thousands is there at once. */
export class ConditionsCache {
  readonly #source: Pick<ConsoleSource, 'conditions'>;
  readonly #now: () => number;
  readonly #known = new Map<string, { readonly conditions: Conditions; readonly atMs: number }>();
  readonly #queue = new Map<string, SeenPod>();
  readonly #asking = new Set<string>();

  constructor(source: Pick<ConsoleSource, 'conditions'>, now: () => number) {
    this.#source = source;
    this.#now = now;
  }

  /** What is known; null: it is being asked for. Old answers are shown while they are renewed. */
  of(pod: SeenPod): Conditions | null {
    const key = keyOf(pod);
    const known = this.#known.get(key);
    if (!this.#asking.has(key) && (known === undefined || this.#now() - known.atMs > FRESH_MS)) {
      this.#queue.set(key, pod);
      this.#pump();
    }
    return this.#known.get(key)?.conditions ?? null;
  }

  /** Asks now. Never rejects. */
  async ask(pod: SeenPod): Promise<Conditions> {
    const conditions = await this.#source.conditions(pod);
    this.#known.set(keyOf(pod), { conditions, atMs: this.#now() });
    return conditions;
  }

  /** Forgets pods that are gone. */
  keep(pods: readonly SeenPod[]): void {
    if (this.#known.size <= pods.length) return;
    const keys = new Set(pods.map(keyOf));
    for (const key of this.#known.keys()) if (!keys.has(key)) this.#known.delete(key);
  }

  #pump(): void {
    for (const [key, pod] of this.#queue) {
      if (this.#asking.size >= AT_ONCE) return;
      this.#queue.delete(key);
      this.#asking.add(key);
      void this.ask(pod).finally(() => {
        this.#asking.delete(key);
        this.#pump();
      });
    }
  }
}

function keyOf({ finding, uid }: SeenPod): string {
  return `${finding.namespace}/${finding.name}/${uid}`;
}
