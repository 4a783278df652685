import { classifierOf, type Classifier } from '../controls/index.ts';
import type { CompiledClassifier, CompiledPolicy } from '../policy/compile/compiled.ts';
import { RemoteClassifier, type ClassifierOptions } from './remote-classifier.ts';

/** Those of the policy in force and of the one before it, which streams may still go by. */
const MAX_KEPT = 2;

/** The classifiers that policies name. Policies with the same settings share one, with what it remembers. */
export class Classifiers {
  readonly #options: ClassifierOptions;
  readonly #kept = new Map<string, RemoteClassifier>();

  constructor(options: ClassifierOptions) {
    this.#options = options;
  }

  /** Null where the policy names none. */
  of(policy: CompiledPolicy): Classifier | null {
    const settings = classifierOf(policy);
    if (settings === null) return null;
    const key = keyOf(settings);
    const known = this.#kept.get(key);
    if (known !== undefined) return known;
    const opened = new RemoteClassifier(settings, this.#options);
    this.#kept.set(key, opened);
    const [oldest] = this.#kept.keys();
    // Whoever still uses it keeps it, and its connections close once they are idle.
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return opened;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#kept.values()].map((each) => each.close()));
  }
}

function keyOf(settings: CompiledClassifier): string {
  return JSON.stringify(settings, (_name, value: unknown) => (value instanceof Set ? [...value] : value));
}
