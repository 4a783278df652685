import { keepReadings, KeptMember, parseJsonWith, type ParsedJson } from '../../dialects/index.ts';
import { callerKey, type Caller } from '../../exchange/index.ts';

/** Of one caller: agents behind one address offer different tools. */
const MAX_OF_CALLER = 4;
/** UTF-16 code units of all of them; what is read of them takes about ten times as much. */
const MAX_CHARS = 1_048_576;
/** Shorter ones are read as fast. */
const MIN_CHARS = 2_048;

/** Text null: it is no JSON. */
type Read = Pick<ParsedJson, 'value'> & { readonly text: string | null };

/**
 * The tools that callers offered last, as their texts and what was read of them: agents offer the same ones with every request. Each caller
 * has its own, so that the time of a reply does not tell one caller what another offers. The callers whose requests are longest ago go first.
 */
export class KeptTools {
  readonly #most: number;
  readonly #ofCallers = new Map<string, readonly KeptMember[]>();
  #chars = 0;

  /** @param most UTF-16 code units of all tools */
  constructor(most = MAX_CHARS) {
    this.#most = most;
  }

  /** As `parseJson`. @throws Malformed */
  parse(body: Uint8Array, caller: Caller): ParsedJson {
    return parseJsonWith(body, this.#ofCallers.get(callerKey(caller)) ?? []);
  }

  /** Notes the tools of a request that a dialect could read. */
  keep({ value, text }: Read, caller: Caller): void {
    const { tools } = value;
    if (!Array.isArray(tools) || text === null || text.length < MIN_CHARS) return;
    const key = callerKey(caller);
    const kept = this.#ofCallers.get(key) ?? [];
    const found = kept.find((each) => each.value === tools);
    const member = found ?? KeptMember.of({ value, text }, 'tools');
    if (member === null || member.text.length < MIN_CHARS || member.text.length > this.#most / 2) return;
    if (found === undefined) keepReadings(member.value);
    const now = [member];
    let room = this.#most / 2 - member.text.length;
    for (const each of kept) {
      if (each === member || now.length === MAX_OF_CALLER || each.text.length > room) continue;
      room -= each.text.length;
      now.push(each);
    }
    this.#chars += charsOf(now) - charsOf(kept);
    // The last of the map is the caller of now.
    this.#ofCallers.delete(key);
    this.#ofCallers.set(key, now);
    this.#makeRoom();
  }

  #makeRoom(): void {
    for (const [key, members] of this.#ofCallers) {
      if (this.#chars <= this.#most) return;
      this.#chars -= charsOf(members);
      this.#ofCallers.delete(key);
    }
  }
}

function charsOf(members: readonly KeptMember[]): number {
  return members.reduce((chars, { text }) => chars + text.length, 0);
}
