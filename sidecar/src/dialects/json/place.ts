import type { Channel, MediaKind, Origin } from '../../exchange/index.ts';
import { Malformed } from '../malformed.ts';
import { readArguments } from './arguments.ts';
import type { Collector } from './collector.ts';
import { FLAGS } from './flag-words.ts';
import { isLabel } from './label.ts';
import { leavesOf } from './leaves.ts';
import { sealsIn } from './medium-text.ts';
import { isArray, isObject } from './syntax/parse.ts';
import { Names, type KnownNames } from './names.ts';
import { childPointer } from './syntax/pointer.ts';
import { needsScan } from './label-scan.ts';
import type { JsonObject, JsonValue } from './syntax/value.ts';

const NONE: readonly KnownNames[] = [];

/**
 * An object of a body. Every method that reads a key claims it, so that the sweep skips it; the sweep still walks objects and arrays,
 * except those that became media, leaves or were skipped. An absent key equals `null`.
 */
export class Place {
  readonly value: JsonObject;
  readonly pointer: string;
  readonly #claimed = new Names();
  /** Keys that the dialect asked for. */
  readonly #asked = new Names();
  /** Lists of such keys. */
  #known: readonly KnownNames[] = NONE;
  readonly #reader: Collector<Place>;

  constructor(reader: Collector<Place>, value: JsonObject, pointer: string) {
    this.#reader = reader;
    this.value = value;
    this.pointer = pointer;
  }

  /** Pointer of a member. */
  at(key: string): string {
    return childPointer(this.pointer, key);
  }

  has(key: string): boolean {
    return this.get(key) !== null;
  }

  /** The raw value, unclaimed. Null if absent. Keys such as `__proto__` are ordinary members. */
  get(key: string): JsonValue {
    this.#asked.add(key);
    return Object.hasOwn(this.value, key) ? (this.value[key] ?? null) : null;
  }

  /** Those of these members that it has, in the order of `names`: as asking for each of them. */
  present<K extends string>(names: KnownNames<K>): readonly K[] {
    this.#known = [...this.#known, names];
    return names.of(this.value);
  }

  /** True if no part of the member is left to scan. */
  claims(key: string): boolean {
    return this.#claimed.has(key);
  }

  /** True if the dialect asked for the member. */
  knows(key: string): boolean {
    return this.#asked.has(key) || this.#known.some((names) => names.has(key));
  }

  /** For an unknown key: parsers that ignore case may take it for one that the dialect asked for. @throws Malformed */
  refuseVariant(key: string): void {
    const asked = this.#variantOf(key);
    if (asked !== null) throw this.malformed(key, `must be written ${asked}`);
  }

  #variantOf(key: string): string | null {
    for (const names of this.#known) {
      const variant = names.variantOf(key);
      if (variant !== null) return variant;
    }
    return this.#asked.variantOf(key);
  }

  /** The error for the member `key`, to be thrown by the dialect. */
  malformed(key: string, reason: string): Malformed {
    return new Malformed(this.at(key), reason);
  }

  /** A label of the protocol: an ID, a type, a name of a model. A value that does not look like one is also scanned as metadata. */
  label(key: string): string | null {
    const value = this.#string(key);
    if (value !== null && isLabel(value) && !needsScan(value)) this.#claimed.add(key);
    return value;
  }

  /** As `label`, for one that the dialect requires. */
  requiredLabel(key: string): string {
    const value = this.label(key);
    if (value === null) throw this.malformed(key, 'a string is required');
    return value;
  }

  /** A text, which becomes a segment. `run`: the pointer of its array of parts. */
  text(key: string, origin: Origin, channel: Channel, run?: string): string | null {
    const value = this.#words(key);
    if (value !== null) {
      this.#claimed.add(key);
      this.#reader.add(this.at(key), value, origin, channel, run);
    }
    return value;
  }

  requiredText(key: string, origin: Origin, channel: Channel, run?: string): string {
    const value = this.text(key, origin, channel, run);
    if (value === null) throw this.malformed(key, 'a string is required');
    return value;
  }

  boolean(key: string): boolean | null {
    const value = this.get(key);
    return value === null || typeof value === 'boolean' ? value : this.#other(key, 'must be true or false');
  }

  /** As `boolean`, for a switch of a request: some servers convert numbers and words. */
  flag(key: string): boolean | null {
    const value = this.get(key);
    if (value === null || typeof value === 'boolean') return value;
    const word = typeof value === 'number' ? String(value) : value;
    const found = typeof word === 'string' ? FLAGS.get(word.toLowerCase()) : undefined;
    return found ?? this.#other(key, 'must be true or false');
  }

  /** A non-negative integer. */
  count(key: string): number | null {
    const value = this.get(key);
    if (value === null || (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0))
      return value;
    return this.#other(key, 'must be a whole number, not negative');
  }

  object(key: string): Place | null {
    const value = this.get(key);
    if (value === null) return null;
    return isObject(value) ? this.#reader.place(value, this.at(key)) : this.#other(key, 'must be an object');
  }

  requiredObject(key: string): Place {
    const place = this.object(key);
    if (place === null) throw this.malformed(key, 'an object is required');
    return place;
  }

  /** The elements of an array; null if absent. */
  array(key: string): readonly JsonValue[] | null {
    const value = this.get(key);
    return value === null || isArray(value) ? value : this.#other(key, 'must be an array');
  }

  /** The elements of an array of objects; empty if absent. */
  objects(key: string): readonly Place[] {
    const places: Place[] = [];
    for (const [index, item] of (this.array(key) ?? []).entries()) {
      const pointer = childPointer(this.at(key), index);
      if (isObject(item)) places.push(this.#reader.place(item, pointer));
      else if (!this.#reader.isReply) throw new Malformed(pointer, 'must be an object');
    }
    return places;
  }

  /** What `read` makes of the objects of an array: of one that is kept (`keepReadings`), what it made of them before. */
  each<T>(key: string, read: (place: Place) => readonly T[]): readonly T[] {
    return this.#reader.again(this.get(key), read, () => this.objects(key).flatMap(read));
  }

  /** The objects of an array, or a single object in its place. Strings among them become segments of one run; other values are ignored. */
  parts(key: string, origin: Origin, channel: Channel): readonly Place[] {
    if (!isObject(this.get(key))) this.array(key);
    return [...this.partsInOrder(key, origin, channel)];
  }

  /** As `parts`, one by one, so that texts are added in the order of the array. */
  *partsInOrder(key: string, origin: Origin, channel: Channel): Generator<Place> {
    const value = this.get(key);
    const run = this.at(key);
    if (isObject(value)) yield this.#reader.place(value, run);
    for (const [index, item] of isArray(value) ? value.entries() : []) {
      const pointer = childPointer(run, index);
      if (isObject(item)) yield this.#reader.place(item, pointer);
      else if (typeof item === 'string') this.#reader.addElement(pointer, item, origin, channel, run);
    }
  }

  requiredObjects(key: string): readonly Place[] {
    if (this.array(key) === null) throw this.malformed(key, 'an array is required');
    return this.objects(key);
  }

  /** The strings of an array, each a segment; empty if absent. */
  texts(key: string, origin: Origin, channel: Channel): readonly string[] {
    const items = this.array(key) ?? [];
    this.#claimed.add(key);
    return items.map((item, index) => {
      const pointer = childPointer(this.at(key), index);
      if (typeof item !== 'string') throw new Malformed(pointer, 'must be a string');
      this.#reader.add(pointer, item, origin, channel);
      return item;
    });
  }

  /** Every string and key below becomes a segment. No effect if the key is absent. */
  leaves(key: string, origin: Origin, channel: Channel): void {
    const value = this.get(key);
    this.#claimed.add(key);
    for (const leaf of leavesOf(value, this.at(key)))
      this.#reader.add(leaf.pointer, leaf.text, origin, channel);
  }

  /** As `leaves`, for every member of the object, claimed or not, and their keys. */
  allLeaves(origin: Origin, channel: Channel): void {
    for (const key of Object.keys(this.value)) this.#claimed.add(key);
    for (const leaf of leavesOf(this.value, this.pointer))
      this.#reader.add(leaf.pointer, leaf.text, origin, channel);
  }

  /** As `leaves`, for every unclaimed member, and their keys. `labels` are left to the sweep. */
  rest(origin: Origin, channel: Channel, labels: ReadonlySet<string>): void {
    const members = Object.entries(this.value).filter(([key]) => !labels.has(key) && !this.knows(key));
    for (const [key] of members) this.#claimed.add(key);
    for (const leaf of leavesOf(Object.fromEntries(members), this.pointer))
      this.#reader.add(leaf.pointer, leaf.text, origin, channel);
  }

  /** A tool call's arguments as JSON in a string, each leaf a segment; other text is one segment. Absent arguments are an empty text. */
  argumentText(key: string, origin: Origin): string {
    const text = this.#string(key) ?? '';
    this.#claimed.add(key);
    const pointer = this.at(key);
    const reading = readArguments(text, `${pointer}#`);
    if (reading.kind === 'text')
      this.#reader.addReadings(pointer, reading.readings, origin, 'tool_arguments');
    else
      for (const leaf of reading.leaves) this.#reader.add(leaf.pointer, leaf.text, origin, 'tool_arguments');
    return text;
  }

  /** A tool call's arguments as an object, each leaf a segment. Returned as JSON text. */
  argumentObject(key: string, origin: Origin): string {
    const value = this.get(key);
    if (value === null) return '';
    this.leaves(key, origin, 'tool_arguments');
    return JSON.stringify(value);
  }

  /** A value that may not be text: images, audio, files, sealed data. No effect if the key is absent. */
  medium(key: string, kind: MediaKind, origin: Origin = 'assistant'): void {
    if (!this.has(key)) return;
    this.#claimed.add(key);
    this.#reader.medium(this.at(key), this.get(key), { kind, origin });
  }

  /** The object is of an unknown kind: its texts are swept, and in requests it counts as a file. */
  unknown(): void {
    this.#reader.unread({ pointer: this.pointer, kind: 'file' });
  }

  /** As `unknown`, but only if it contains undecodable bytes. */
  sealed(): void {
    const seals = sealsIn(this.value, this.pointer);
    for (const { pointer, text } of seals) this.#reader.reference(pointer, text);
    const references = seals.map(({ text }) => text);
    if (seals.length > 0) this.#reader.unread({ pointer: this.pointer, kind: 'file', references });
  }

  /** An ID in a reply by which a later request may refer to data stored by the provider. The member stays unclaimed. */
  reference(key: string): void {
    if (this.has(key)) this.#reader.reference(this.at(key), this.get(key));
  }

  /** As `unknown`, for a member of the object. */
  unknownMember(key: string, kind: MediaKind): void {
    if (this.has(key)) this.#reader.unread({ pointer: this.at(key), kind });
  }

  /** A medium referenced by a URL: listed, and scanned as metadata unless the URL is the (base64) medium itself. */
  link(key: string, origin: Origin, kind: MediaKind): void {
    const url = this.#string(key);
    if (url === null) return;
    if (/^data:[^,]{0,256},/i.test(url)) {
      this.medium(key, kind, origin);
      return;
    }
    this.#claimed.add(key);
    this.#reader.unread({ pointer: this.at(key), kind });
    this.#reader.add(this.at(key), url, origin, 'metadata');
  }

  /** A string that the dialect itself handles: it becomes no segment here. */
  piece(key: string): string | null {
    const value = this.#words(key);
    if (value !== null) this.#claimed.add(key);
    return value;
  }

  /** A seal of the provider (signature, encrypted index): not text. A value that does not look like one is scanned as metadata. */
  seal(key: string): void {
    const value = this.get(key);
    if (typeof value !== 'string' || !/^[A-Za-z0-9+/_=-]*$/.test(value)) return;
    this.#claimed.add(key);
    this.#reader.seal(this.at(key), value);
  }

  /** Leaves everything below unscanned: only for values that repeat other text or are not text. */
  skip(key: string): void {
    this.#claimed.add(key);
  }

  #string(key: string): string | null {
    const value = this.get(key);
    return value === null || typeof value === 'string' ? value : this.#other(key, 'must be a string');
  }

  /** As `#string`; a value of digits may be a number. */
  #words(key: string): string | null {
    const value = this.get(key);
    return typeof value === 'number' ? String(value) : this.#string(key);
  }

  /** For a value of an unexpected type. @throws Malformed in a request, which servers would interpret differently */
  #other(key: string, reason: string): null {
    if (this.#reader.isReply) return null;
    throw this.malformed(key, reason);
  }
}
