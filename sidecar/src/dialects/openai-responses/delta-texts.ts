import { createHash, type Hash } from 'node:crypto';

import { isArray, isObject, type JsonObject, type JsonValue, type Place } from '../json/index.ts';

/** Last part of a text's key, after that of its part, by the type of the part. */
const TAILS: ReadonlyMap<JsonValue, readonly [field: string, tail: string]> = new Map<
  JsonValue,
  readonly [string, string]
>([
  ['output_text', ['text', '']],
  ['summary_text', ['text', '']],
  ['reasoning_text', ['text', '/reasoning']],
  ['refusal', ['refusal', '/refusal']],
]);

/** Hashes of the texts in the deltas of a streamed response, to detect an end that differs from them. */
export class DeltaTexts {
  readonly #said = new Map<string, Hash>();

  add(key: string, text: string): void {
    let hash = this.#said.get(key);
    if (hash === undefined) this.#said.set(key, (hash = createHash('sha256')));
    // Two deltas may contain the halves of a character.
    hash.update(text, 'utf16le');
  }

  /**
   * @throws Malformed if `text`, at `member` of `place`, differs from the deltas of the text at `key`. Without deltas, or without text,
   * there is no contradiction.
   */
  check(key: string, text: string | null, place: Place, member: string): void {
    const hash = this.#said.get(key);
    if (hash === undefined || text === null || text === '') return;
    const whole = createHash('sha256').update(text, 'utf16le').digest();
    if (!hash.copy().digest().equals(whole)) throw place.malformed(member, 'differs from its deltas');
  }

  /** As `check`, for the text of a part with the key `key`. */
  checkPart(key: string, part: JsonObject, place: Place, member: string): void {
    const [field, tail] = TAILS.get(part['type'] ?? null) ?? [];
    const text = field === undefined ? null : part[field];
    if (typeof text === 'string') this.check(`${key}${tail ?? ''}`, text, place, member);
  }

  /** As `check`, for the parts of an item with the key `key`. */
  checkItem(key: string, item: Place): void {
    for (const member of ['content', 'summary']) {
      const parts = item.get(member);
      if (!isArray(parts)) continue;
      for (const [index, part] of parts.entries())
        if (isObject(part)) this.checkPart(`${key}/${member}/${index}`, part, item, member);
    }
  }
}
