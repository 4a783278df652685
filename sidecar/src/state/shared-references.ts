import type { SharedReference } from '../controls/index.ts';
import type { StateConnection } from './connection.ts';

const KEEP_MS = 24 * 3_600_000;
/** References that wait for the server; further ones are known to this sidecar alone. */
const MAX_WAITING = 4_096;
/** Bytes of a conversation, which is a digest itself. */
const PAD = 32;

/** `ARGV`: for each key whether it is tainted and private (`1`), and the conversation, or nothing. What is known is only added to. */
const KEEP = `
for i, key in ipairs(KEYS) do
  redis.call('HSET', key, 'known', '1')
  if ARGV[i * 3 - 2] == '1' then redis.call('HSET', key, 'tainted', '1') end
  if ARGV[i * 3 - 1] == '1' then redis.call('HSET', key, 'private', '1') end
  if ARGV[i * 3] ~= '' then redis.call('HSETNX', key, 'conversation', ARGV[i * 3]) end
  redis.call('PEXPIRE', key, ${KEEP_MS})
end
return 1
`;

const RECALL = `
local found = {}
for i, key in ipairs(KEYS) do
  found[i] = redis.call('HMGET', key, 'known', 'tainted', 'private', 'conversation')
end
return found
`;

/** What providers gave out through any replica, at a server that they share. Neither a reference nor a conversation can be read there. */
export class SharedReferences {
  readonly #connection: StateConnection;
  /** What the server does not have yet. */
  readonly #waiting = new Map<string, SharedReference>();
  #sending: Promise<void> | null = null;

  constructor(connection: StateConnection) {
    this.#connection = connection;
  }

  /** As `SharedState.recall`. */
  async recall(keys: readonly string[]): Promise<readonly (SharedReference | null)[] | null> {
    await this.settled();
    const named = keys.map(nameOf);
    const answer = await this.#connection.run({ script: RECALL, keys: named, values: () => [] });
    if (answer === null || !Array.isArray(answer.reply)) return null;
    const found = answer.reply as readonly unknown[];
    return named.map((name, index) => referenceIn(found[index], answer.padOf(name)));
  }

  /** As `SharedState.keepLater`. */
  keepLater(key: string, reference: SharedReference): void {
    this.#wait(key, reference);
    void this.#send();
  }

  /** What is under way has ended; what waits was tried once more. */
  async settled(): Promise<void> {
    await this.#sending;
    if (this.#waiting.size > 0) await this.#send();
  }

  #wait(key: string, { tainted, isPrivate, conversation }: SharedReference): void {
    const before = this.#waiting.get(key);
    if (before === undefined && this.#waiting.size >= MAX_WAITING) return;
    this.#waiting.set(key, {
      tainted: tainted || before?.tainted === true,
      isPrivate: isPrivate || before?.isPrivate === true,
      conversation: before?.conversation ?? conversation,
    });
  }

  #send(): Promise<void> {
    this.#sending ??= this.#sendWaiting().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #sendWaiting(): Promise<void> {
    // All of one reply goes in one step.
    await Promise.resolve();
    while (this.#waiting.size > 0) {
      const kept = [...this.#waiting];
      this.#waiting.clear();
      const answer = await this.#connection.run({
        script: KEEP,
        keys: kept.map(([key]) => nameOf(key)),
        values: (padOf) =>
          kept.flatMap(([key, { tainted, isPrivate, conversation }]) => [
            tainted ? '1' : '0',
            isPrivate ? '1' : '0',
            conversation === null ? '' : hidden(conversation, padOf(nameOf(key))),
          ]),
      });
      if (answer !== null) continue;
      for (const [key, reference] of kept) this.#wait(key, reference);
      return;
    }
  }
}

/** Apart from counters. */
function nameOf(key: string): string {
  return `reference ${key}`;
}

/** Null for one that is not known, and for what the script does not return. */
function referenceIn(found: unknown, pad: Buffer): SharedReference | null {
  if (!Array.isArray(found)) return null;
  const [known, tainted, isPrivate, conversation] = found as readonly unknown[];
  if (known !== '1') return null;
  return {
    tainted: tainted === '1',
    isPrivate: isPrivate === '1',
    conversation: typeof conversation === 'string' ? shown(conversation, pad) : null,
  };
}

/** Under a pad that this reference alone has, so that equal conversations do not look equal. A longer text is not kept. */
function hidden(conversation: string, pad: Buffer): string {
  const bytes = Buffer.from(conversation);
  if (bytes.length > PAD) return '';
  return exclusiveOr(Buffer.concat([bytes, Buffer.alloc(PAD - bytes.length)]), pad).toString('base64url');
}

function shown(text: string, pad: Buffer): string {
  return exclusiveOr(Buffer.from(text, 'base64url'), pad).toString().replace(/\0+$/, '');
}

function exclusiveOr(bytes: Buffer, pad: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, at) => byte ^ (pad[at] ?? 0)));
}
