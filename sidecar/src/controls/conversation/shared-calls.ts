import type { Verdict } from '../../exchange/index.ts';
import type { CountQuery } from '../../policy/compile/call-counts.ts';
import { amountOfCall, keyOf, type CallLog, type Calls } from './call-log.ts';
import { sumOf, type SharedAmount, type SharedPart, type SharedState } from './shared-state.ts';
import { unreachable } from './unreachable.ts';

interface Counter {
  readonly windowMs: number;
  /** Its sum in the log when it was first read. */
  seen: number | null;
  added: number;
}

/** The log as one judgement reads it and adds to it, so that its calls can be reserved together. The log itself is unchanged. */
export class CountedCalls implements Calls {
  readonly #base: Pick<Calls, 'read'>;
  readonly #counters = new Map<string, Counter>();
  readonly #calls: Parameters<Calls['add']>[] = [];

  constructor(base: Pick<Calls, 'read'>) {
    this.#base = base;
  }

  read(scope: string, query: CountQuery, nowMs: number): number {
    const sum = this.#base.read(scope, query, nowMs);
    const counter = this.#at(scope, query);
    counter.seen ??= sum;
    return sum + counter.added;
  }

  add(...call: Parameters<Calls['add']>): () => void {
    const [scope, query, args] = call;
    const counter = this.#at(scope, query);
    const amount = amountOfCall(query, args);
    counter.added += amount;
    this.#calls.push(call);
    return () => {
      const at = this.#calls.indexOf(call);
      if (at >= 0) this.#calls.splice(at, 1);
      if (Number.isFinite(counter.added)) counter.added -= amount;
    };
  }

  /** Hands its calls over, once. Returns what takes them out again. */
  addTo(log: Calls): () => void {
    const added = this.#calls.splice(0).map((call) => log.add(...call));
    return () => {
      for (const takeOut of added) takeOut();
    };
  }

  /** A call that counts was allowed. */
  get hasAdded(): boolean {
    return [...this.#counters.values()].some(({ added }) => added !== 0);
  }

  /** What was read or added. */
  amounts(): readonly SharedAmount[] {
    return [...this.#counters].map(([key, { windowMs, added }]) => ({ key, windowMs, amount: added }));
  }

  /** The judgement read just these sums. */
  saw(sums: ReadonlyMap<string, number>): boolean {
    return [...this.#counters].every(([key, { seen }]) => seen === null || seen === sums.get(key));
  }

  #at(scope: string, query: CountQuery): Counter {
    const key = keyOf(scope, query);
    const known = this.#counters.get(key) ?? { windowMs: query.windowMs, seen: null, added: 0 };
    this.#counters.set(key, known);
    return known;
  }
}

/** What the server had before a reservation. Counters that were not reserved are those of the log. */
class ServerSums implements Pick<Calls, 'read'> {
  readonly #sums: ReadonlyMap<string, number>;
  readonly #log: CallLog;

  constructor(sums: ReadonlyMap<string, number>, log: CallLog) {
    this.#sums = sums;
    this.#log = log;
  }

  read(scope: string, query: CountQuery, nowMs: number): number {
    return this.#sums.get(keyOf(scope, query)) ?? this.#log.read(scope, query, nowMs);
  }
}

/**
 * Earlier calls of all replicas, for one exchange. Calls are judged by what this sidecar knows, which is read from the server when the
 * exchange begins; what is allowed is then reserved at the server in one step, and judged again where another replica came between.
 */
export class SharedCalls {
  readonly #log: CallLog;
  readonly #state: SharedState;
  readonly #now: () => number;
  /** What the server had when it refused the last judgement. */
  #refusedBy: ServerSums | null = null;

  constructor(log: CallLog, state: SharedState, now: () => number) {
    this.#log = log;
    this.#state = state;
    this.#now = now;
  }

  /** Reads these counters of the server. False: it cannot be reached. */
  async fetch(asked: readonly (readonly [scope: string, query: CountQuery])[]): Promise<boolean> {
    if (asked.length === 0) return true;
    const amounts = asked.map(([scope, query]) => ({
      key: keyOf(scope, query),
      windowMs: query.windowMs,
      amount: 0,
    }));
    return (await this.#step(amounts)) !== null;
  }

  /** The calls for one judgement. */
  begin(): CountedCalls {
    this.#refusedBy = null;
    return new CountedCalls(this.#log);
  }

  /** The calls that the last judgement came to its verdict by, for one that counts nothing. */
  again(): Calls {
    return new CountedCalls(this.#refusedBy ?? this.#log);
  }

  /** Counts what was judged without effect. */
  note(counted: CountedCalls): void {
    if (counted.hasAdded) this.#state.addLater(counted.amounts().map(named));
  }

  /**
   * The verdict once its calls are reserved at the server. `again`: the same judgement with other calls. What is refused then is
   * given back. Rejects if that judgement throws.
   */
  async settle(counted: CountedCalls, verdict: Verdict, again: (calls: Calls) => Verdict): Promise<Verdict> {
    if (verdict.kind === 'block' || !counted.hasAdded) return verdict;
    const amounts = counted.amounts();
    const sums = await this.#step(amounts);
    if (sums === null) {
      if (this.#state.onUnreachable === 'local') this.#state.addLater(amounts.map(named));
      return unreachable(verdict, this.#state.onUnreachable);
    }
    if (counted.saw(sums)) return verdict;
    const had = new ServerSums(sums, this.#log);
    const judged = again(new CountedCalls(had));
    if (judged.kind !== 'block') return verdict;
    this.#refusedBy = had;
    const back = amounts.map(negated);
    if ((await this.#step(back)) === null) this.#state.addLater(back.map(named));
    return judged;
  }

  /** What was reserved is not made after all. */
  giveBack(counted: CountedCalls): void {
    this.#state.addLater(counted.amounts().map(negated).map(named));
  }

  /** What the counters had before; null where the server cannot be reached. */
  async #step(amounts: readonly SharedAmount[]): Promise<ReadonlyMap<string, number> | null> {
    const step = await this.#state.add(amounts.map(named));
    if (step === null) return null;
    return new Map(
      amounts.map(({ key, windowMs, amount }, index) => {
        const before = step.before[index] ?? [];
        this.#log.replace(key, windowMs, withNow(before, amount), this.#now());
        return [key, sumOf(before)];
      }),
    );
  }
}

function negated(each: SharedAmount): SharedAmount {
  return { ...each, amount: -each.amount };
}

/** Apart from other counters of the server. */
function named(each: SharedAmount): SharedAmount {
  return { ...each, key: `calls ${each.key}` };
}

function withNow(parts: readonly SharedPart[], amount: number): readonly SharedPart[] {
  return amount === 0 ? parts : [...parts, { ago: 0, amount }];
}
