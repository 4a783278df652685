import type { Channel, Origin, Segment } from '../../exchange/index.ts';
import { isArray, isObject } from './parse.ts';
import { isLabel, Place, type Collector } from './place.ts';
import { childPointer, keyPointer } from './pointer.ts';
import type { JsonObject, JsonValue } from './value.ts';

/** Keys whose values are labels of the protocol. They go unscanned only where they look like labels (`isLabel`). */
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
 * Reads one JSON body for a dialect: hands out its objects as places, collects segments and media, and in the end sweeps up
 * every text that nobody asked for, so that no channel stays unscanned. Belongs to one body; holds no other state.
 */
export class BodyReader implements Collector {
  readonly segments: Segment[] = [];
  readonly media: string[] = [];
  readonly root: Place;
  readonly #places = new Map<JsonObject, Place>();

  constructor(body: JsonObject) {
    this.root = this.place(body, '');
  }

  /** The one place of an object of the body. */
  place(value: JsonObject, pointer: string): Place {
    let place = this.#places.get(value);
    if (place === undefined) this.#places.set(value, (place = new Place(this, value, pointer)));
    return place;
  }

  /** Adds a segment. An empty text says nothing and is left out. */
  add(pointer: string, text: string, origin: Origin, channel: Channel, run?: string): void {
    if (text === '') return;
    const segment = { pointer, origin, channel, text };
    this.segments.push(run === undefined ? segment : { ...segment, run });
  }

  /** Makes segments of channel `metadata` of all text that was not claimed. Call it once, when everything else is read. */
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
        if (!(LABELS.has(key) && isLabel(item)))
          this.add(childPointer(pointer, key), item, origin, 'metadata');
      } else if (typeof item === 'object' && item !== null) {
        this.#sweepBelow(item, childPointer(pointer, key), origin);
      }
    }
  }

  #sweepBelow(value: JsonValue, pointer: string, origin: Origin): void {
    if (isObject(value)) this.#sweepObject(value, pointer, origin);
    else if (isArray(value)) {
      for (let index = 0; index < value.length; index++) {
        const item = value[index];
        if (typeof item === 'string') this.add(childPointer(pointer, index), item, origin, 'metadata');
        else if (typeof item === 'object' && item !== null)
          this.#sweepBelow(item, childPointer(pointer, index), origin);
      }
    }
  }
}

/** A key as programs choose them. Others may carry a message, or data. */
function isName(key: string): boolean {
  return /^[A-Za-z_$][\w.$-]{0,63}$/.test(key);
}
