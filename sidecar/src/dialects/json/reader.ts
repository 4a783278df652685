import {
  keepSegments,
  type Channel,
  type Medium,
  type Origin,
  type Reference,
  type Segment,
} from '../../exchange/index.ts';
import { leavesOf } from './leaves.ts';
import { readMedium } from './medium-text.ts';
import { opaque, referencesIn } from './references.ts';
import { readRequestMedium } from './request-text.ts';
import { isArray, isObject } from './syntax/parse.ts';
import { isLabel } from './label.ts';
import type { Collector, MediumSource } from './collector.ts';
import { Place } from './place.ts';
import { readingsOf, type Reading } from './readings.ts';
import { childPointer, keyPointer } from './syntax/pointer.ts';
import { needsScan } from './label-scan.ts';
import type { JsonObject, JsonValue } from './syntax/value.ts';

/** Keys whose values are labels of the protocol. Unscanned only if they look like labels (`isLabel`). */
const LABELS: ReadonlySet<string> = new Set([
  'call_id',
  'created',
  'created_at',
  'detail',
  'done_reason',
  'encoding_format',
  'finish_reason',
  'finishReason',
  'format',
  'id',
  'item_id',
  'model',
  'modelVersion',
  'object',
  'obfuscation',
  'phase',
  'previous_response_id',
  'reasoning_effort',
  'response_id',
  'responseId',
  'role',
  'service_tier',
  'status',
  'stop_reason',
  'system_fingerprint',
  'tool_call_id',
  'tool_use_id',
  'truncation',
  'type',
]);

/**
 * Reads one JSON body for a dialect: provides its objects as places, collects segments and media, and finally sweeps up every unclaimed
 * text, so that no channel stays unscanned. For one body; holds no other state.
 */
export class BodyReader implements Collector<Place> {
  readonly segments: Segment[] = [];
  readonly media: Medium[] = [];
  /** In a reply: IDs and sealed data that a later request may return. */
  readonly references: Reference[] = [];
  readonly root: Place;
  readonly #places = new Map<JsonObject, Place>();
  readonly isReply: boolean;
  /** Pointers of claimed strings in arrays. */
  readonly #taken = new Set<string>();
  /** The value whose readings are kept, if the body has one. */
  #again: {
    readonly value: JsonValue;
    readonly readings: Map<object, Reading>;
    readonly by: object;
    readonly reading: Reading;
  } | null = null;

  /** `kind`: only in replies, text in media is read. */
  constructor(body: JsonObject, kind: 'request' | 'reply' = 'request') {
    this.isReply = kind === 'reply';
    this.root = this.place(body, '');
  }

  /** The place of an object of the body; one per object. */
  place(value: JsonObject, pointer: string): Place {
    let place = this.#places.get(value);
    if (place === undefined) this.#places.set(value, (place = new Place(this, value, pointer)));
    return place;
  }

  /** What `read` returns and adds; of a value whose readings are kept, what it did before. `by`: stands for what `read` does. */
  again<T>(value: JsonValue, by: object, read: () => readonly T[]): readonly T[] {
    const readings = readingsOf(value);
    if (readings === undefined) return read();
    const known = readings.get(by);
    if (known !== undefined) {
      this.#again = { value, readings, by, reading: known };
      for (const segment of known.segments) this.segments.push(segment);
      this.media.push(...known.media);
      return known.items as readonly T[];
    }
    const [segments, media] = [this.segments.length, this.media.length];
    const items = read();
    const added = { segments: this.segments.slice(segments), media: this.media.slice(media) };
    this.#again = { value, readings, by, reading: { items, ...added, swept: null } };
    return items;
  }

  /** Adds a segment, unless the text is empty. */
  add(pointer: string, text: string, origin: Origin, channel: Channel, run?: string): void {
    if (text === '') return;
    const segment = { pointer, origin, channel, text };
    this.segments.push(run === undefined ? segment : { ...segment, run });
  }

  /** As `add`, for a string in an array, which the sweep then skips. */
  addElement(pointer: string, text: string, origin: Origin, channel: Channel, run: string): void {
    this.#taken.add(pointer);
    this.add(pointer, text, origin, channel, run);
  }

  /** Adds the readings of one value. A value with two readings cannot be edited in part. */
  addReadings(pointer: string, readings: readonly string[], origin: Origin, channel: Channel): void {
    if (readings.length === 1) this.add(pointer, readings[0] ?? '', origin, channel);
    else for (const text of readings) this.segments.push({ pointer, origin, channel, text, mirror: true });
  }

  /**
   * Takes a medium: in a request, text that it encodes becomes a segment, and everything else is listed; in a reply its text becomes
   * segments, and other bytes are listed.
   */
  medium(pointer: string, value: JsonValue, { kind, origin }: MediumSource): void {
    if (!this.isReply) {
      const { texts, unread } = readRequestMedium(value, pointer, kind);
      // It was not written for this conversation, and encoded text cannot be edited in part.
      for (const text of texts) {
        const segment = { ...text, origin: 'document', channel: 'content', mirror: true } as const;
        const [parts] = /^.*(?=\/\d+(?:\/[^/]*\D[^/]*)*$)/.exec(text.pointer) ?? [];
        // Adjacent documents may be pieces of one.
        this.segments.push(parts === undefined ? segment : { ...segment, run: `${parts}#documents` });
      }
      if (unread) this.media.push(kind === 'opaque' ? opaque(pointer, value) : { pointer, kind });
      return;
    }
    if (kind === 'opaque') this.reference(pointer, value);
    if (!this.#readMedium(pointer, value, origin)) this.media.push({ pointer, kind });
  }

  /** Notes the strings of a reply that a later request may return. */
  reference(pointer: string, value: JsonValue): void {
    if (!this.isReply) return;
    for (const item of referencesIn(value) ?? []) this.references.push({ pointer, value: item });
  }

  /** A seal of a reply may be a word, or encode one. */
  seal(pointer: string, value: string): void {
    if (this.isReply) this.#readMedium(pointer, value, 'assistant');
  }

  /** Lists a part of a request that is stored elsewhere, or of an unknown kind; its text is left to the sweep. */
  unread(medium: Medium): void {
    if (!this.isReply) this.media.push(medium);
  }

  /** Makes segments of channel `metadata` of all unclaimed text. Call it once, at the end. */
  sweep(origin: Origin): void {
    this.#sweepObject(this.root.value, '', origin);
  }

  #sweepObject(value: JsonObject, pointer: string, origin: Origin): void {
    const place = this.#places.get(value);
    for (const key of Object.keys(value)) {
      if (place?.claims(key) === true) continue;
      const item = value[key];
      if (place?.knows(key) !== true) {
        place?.refuseVariant(key);
        if (!isName(key)) this.add(keyPointer(pointer, key), key, origin, 'metadata');
      }
      if (typeof item === 'string') {
        if (!(LABELS.has(key) && isLabel(item) && !needsScan(item)))
          this.#sweepText(childPointer(pointer, key), item, origin);
      } else if (typeof item === 'object' && item !== null) {
        this.#sweepBelow(item, childPointer(pointer, key), origin);
      }
    }
  }

  /** Makes segments of the text of a medium. False if there are other bytes. */
  #readMedium(pointer: string, value: JsonValue, origin: Origin): boolean {
    let readable = true;
    for (const leaf of leavesOf(value, pointer)) {
      const reading = readMedium(leaf.text);
      readable &&= reading.readable;
      // A value with two readings cannot be edited in part.
      const mirror = reading.texts.some(({ decoded }) => decoded);
      for (const { text } of reading.texts) {
        const segment = { pointer: leaf.pointer, origin, channel: 'content', text } as const;
        if (text !== '') this.segments.push(mirror ? { ...segment, mirror } : segment);
      }
    }
    return readable;
  }

  #sweepText(pointer: string, text: string, origin: Origin): void {
    if (this.#taken.size > 0 && this.#taken.has(pointer)) return;
    if (this.isReply && text.length > LONG) {
      this.medium(pointer, text, { kind: 'file', origin });
      this.reference(pointer, text);
    } else this.add(pointer, text, origin, 'metadata');
  }

  #sweepBelow(value: JsonValue, pointer: string, origin: Origin): void {
    const again = this.#again;
    if (again?.value !== value) this.#sweepInto(value, pointer, origin);
    else if (again.reading.swept !== null)
      for (const segment of again.reading.swept) this.segments.push(segment);
    else {
      const from = this.segments.length;
      this.#sweepInto(value, pointer, origin);
      const { readings, by, reading } = again;
      reading.swept = this.segments.slice(from);
      keepSegments(reading.segments);
      keepSegments(reading.swept);
      readings.set(by, reading);
    }
  }

  #sweepInto(value: JsonValue, pointer: string, origin: Origin): void {
    if (isObject(value)) this.#sweepObject(value, pointer, origin);
    else if (isArray(value)) {
      for (let index = 0; index < value.length; index++) {
        const item = value[index];
        if (typeof item === 'string') this.#sweepText(childPointer(pointer, index), item, origin);
        else if (typeof item === 'object' && item !== null)
          this.#sweepBelow(item, childPointer(pointer, index), origin);
      }
    }
  }
}

/** Longer unclaimed strings of a reply are read as media: they may be images. UTF-16 code units. */
const LONG = 1024;

/** A key in the style of identifiers. Others may carry a message, or data. */
function isName(key: string): boolean {
  return /^[A-Za-z_$][\w.$-]{0,63}$/.test(key) && !needsScan(key);
}
