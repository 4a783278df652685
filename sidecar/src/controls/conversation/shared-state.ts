import type { Flow } from '../../exchange/index.ts';

/** An amount for a counter that the replicas of a workload share. */
export interface SharedAmount {
  /** Of which only a keyed digest leaves the process. */
  readonly key: string;
  readonly windowMs: number;
  /** 0: the counter is read alone. Negative: takes back what was added. */
  readonly amount: number;
  /** Where so much or more is counted, nothing of the whole step is added. Absent: not limited. */
  readonly limit?: number;
}

/** What was counted in one part of a window. */
export interface SharedPart {
  /** Parts before the present one, by the clock of the server. */
  readonly ago: number;
  readonly amount: number;
}

/** What the counters had before a step. */
export interface SharedStep {
  /** As the amounts of the step. */
  readonly before: readonly (readonly SharedPart[])[];
  /** A limit was reached: nothing was added. */
  readonly isFull: boolean;
}

/** What the replicas know of a reference that the provider gave out. */
export interface SharedReference extends Flow {
  /** That of the exchange whose reply had it first; null if it was not kept. */
  readonly conversation: string | null;
}

/** The state that the replicas of a workload share, as policy names it. */
export interface SharedState {
  /** What becomes of an exchange while the server cannot be reached. */
  readonly onUnreachable: 'refuse' | 'local';
  /** Adds all amounts in one step that no other replica comes between. Null: the server did not answer in time. Never rejects. */
  add(amounts: readonly SharedAmount[]): Promise<SharedStep | null>;
  /** Adds without a wait; where the server cannot be reached, later. */
  addLater(amounts: readonly SharedAmount[]): void;
  /** What is known of each, null where nothing is. Null: the server did not answer in time. Never rejects. */
  recall(keys: readonly string[]): Promise<readonly (SharedReference | null)[] | null>;
  /** Keeps it without a wait, for 24 hours; where the server cannot be reached, later. What is known already is only added to. */
  keepLater(key: string, reference: SharedReference): void;
}

/** The sum of what a counter has. */
export function sumOf(parts: readonly SharedPart[]): number {
  return parts.reduce((sum, { amount }) => sum + amount, 0);
}
