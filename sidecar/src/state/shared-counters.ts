import type { SharedAmount, SharedPart, SharedState, SharedStep } from '../controls/index.ts';
import type { StateConnection } from './connection.ts';
import { SharedReferences } from './shared-references.ts';

/** Parts of a window, as in each sidecar. */
const PARTS = 60;
/** From here on an amount is infinite; below, sums are exact. */
const INFINITE = 1e15;
/** Counters whose amounts wait for the server. */
const MAX_WAITING = 4_096;

/**
 * A counter is a hash of its parts, by the clock of the server, so that those of replicas are irrelevant. All of a step is done, or, where a
 * limit is reached, nothing. `ARGV`: for each key the length of a part, the amount and the limit.
 */
const STEP = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local before, full = {}, 0
for i, key in ipairs(KEYS) do
  local at = math.floor(now / tonumber(ARGV[i * 3 - 2]))
  local limit = tonumber(ARGV[i * 3])
  local parts, sum, all = {}, 0, redis.call('HGETALL', key)
  for j = 1, #all, 2 do
    local ago = at - tonumber(all[j])
    if ago > ${PARTS} then
      redis.call('HDEL', key, all[j])
    else
      parts[#parts + 1] = math.max(0, ago)
      parts[#parts + 1] = all[j + 1]
      sum = sum + tonumber(all[j + 1])
    end
  end
  if limit and sum >= limit then full = 1 end
  before[i] = parts
end
if full == 0 then
  for i, key in ipairs(KEYS) do
    local length = tonumber(ARGV[i * 3 - 2])
    if tonumber(ARGV[i * 3 - 1]) ~= 0 then
      redis.call('HINCRBYFLOAT', key, string.format('%.0f', math.floor(now / length)), ARGV[i * 3 - 1])
      redis.call('PEXPIRE', key, math.ceil(length * ${PARTS + 2}))
    end
  end
end
return { full, before }
`;

/** Counters at a server that replicas share. */
export class SharedCounters implements SharedState {
  readonly onUnreachable: SharedState['onUnreachable'];
  readonly #connection: StateConnection;
  readonly #references: SharedReferences;
  /** What the server does not have yet. */
  readonly #waiting = new Map<string, SharedAmount>();
  #sending: Promise<void> | null = null;

  constructor(connection: StateConnection, onUnreachable: SharedState['onUnreachable']) {
    this.#connection = connection;
    this.#references = new SharedReferences(connection);
    this.onUnreachable = onUnreachable;
  }

  async add(amounts: readonly SharedAmount[]): Promise<SharedStep | null> {
    // What waits is counted first, so that it is in what the server had before.
    await this.#sending;
    if (this.#waiting.size > 0) await this.#send();
    return this.#step(amounts);
  }

  addLater(amounts: readonly SharedAmount[]): void {
    for (const each of amounts) {
      if (each.amount === 0) continue;
      const before = this.#waiting.get(each.key);
      if (before === undefined && this.#waiting.size >= MAX_WAITING) continue;
      this.#waiting.set(each.key, { ...each, amount: each.amount + (before?.amount ?? 0) });
    }
    if (this.#waiting.size > 0) void this.#send();
  }

  recall(keys: readonly string[]): ReturnType<SharedState['recall']> {
    return this.#references.recall(keys);
  }

  keepLater(...kept: Parameters<SharedState['keepLater']>): void {
    this.#references.keepLater(...kept);
  }

  /** What is under way has ended; what waits was tried once more. */
  async settled(): Promise<void> {
    await this.#references.settled();
    await this.#sending;
    if (this.#waiting.size > 0) await this.#send();
  }

  #send(): Promise<void> {
    this.#sending ??= this.#sendWaiting().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #sendWaiting(): Promise<void> {
    const amounts = [...this.#waiting.values()];
    this.#waiting.clear();
    if ((await this.#step(amounts)) !== null) return;
    for (const each of amounts) {
      const since = this.#waiting.get(each.key)?.amount ?? 0;
      this.#waiting.set(each.key, { ...each, amount: each.amount + since });
    }
  }

  async #step(amounts: readonly SharedAmount[]): Promise<SharedStep | null> {
    const values = amounts.flatMap(({ windowMs, amount, limit }) => [
      String(windowMs / PARTS),
      String(Math.max(-INFINITE, Math.min(INFINITE, amount))),
      limit === undefined ? '' : String(limit),
    ]);
    const answer = await this.#connection.run({
      script: STEP,
      keys: amounts.map(({ key }) => key),
      values: () => values,
    });
    return answer === null ? null : stepIn(answer.reply);
  }
}

/** Null for what the script does not return. */
function stepIn(reply: unknown): SharedStep | null {
  if (!Array.isArray(reply)) return null;
  const [full, before] = reply as readonly unknown[];
  if (!Array.isArray(before)) return null;
  return { isFull: full === 1, before: before.map(partsIn) };
}

function partsIn(flat: unknown): readonly SharedPart[] {
  const values = Array.isArray(flat) ? flat.map(Number) : [];
  return values.flatMap((ago, index) => {
    const amount = values[index + 1] ?? 0;
    return index % 2 === 0 ? [{ ago, amount: amount >= INFINITE ? Infinity : amount }] : [];
  });
}
