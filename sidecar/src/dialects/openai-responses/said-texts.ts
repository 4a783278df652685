import { createHash, type Hash } from 'node:crypto';

import { isArray, isObject, type JsonObject, type JsonValue, type Place } from '../json/index.ts';

/** The part of a text's key behind that of its part, by the type of the part. */
const TAILS: ReadonlyMap<JsonValue, readonly [field: string, tail: string]> = new Map<
  JsonValue,
  readonly [string, string]
>([
  ['output_text', ['text', '']],
  ['summary_text', ['text', '']],
  ['reasoning_text', ['text', '/reasoning']],
  ['refusal', ['refusal', '/refusal']],
]);

/** What the deltas of a streamed response have said, so that an end that says something else is seen. */
export class SaidTexts {
  readonly #said = new Map<string, Hash>();

  add(key: string, text: string): void {
    let hash = this.#said.get(key);
    if (hash === undefined) this.#said.set(key, (hash = createHash('sha256')));
    // Halves of a character may come in two deltas.
    hash.update(text, 'utf16le');
  }

  /** @throws Malformed where `text`, at `member` of `place`, is not what the deltas of the text at `key` said. Without deltas, or without text, nothing is contradicted. */
  check(key: string, text: string | null, place: Place, member: string): void {
    const hash = this.#said.get(key);
    if (hash === undefined || text === null || text === '') return;
    const whole = createHash('sha256').update(text, 'utf16le').digest();
    if (!hash.copy().digest().equals(whole)) throw place.malformed(member, 'differs from its deltas');
  }

  /** As `check`, for the text of a part whose key is `key`. */
  checkPart(key: string, part: JsonObject, place: Place, member: string): void {
    const [field, tail] = TAILS.get(part['type'] ?? null) ?? [];
    const text = field === undefined ? null : part[field];
    if (typeof text === 'string') this.check(`${key}${tail ?? ''}`, text, place, member);
  }

  /** As `check`, for the parts of an item whose key is `key`. */
  checkItem(key: string, item: Place): void {
    for (const member of ['content', 'summary']) {
      const parts = item.get(member);
      if (!isArray(parts)) continue;
      for (const [index, part] of parts.entries())
        if (isObject(part)) this.checkPart(`${key}/${member}/${index}`, part, item, member);
    }
  }
}
