import type { Channel, MediaKind, Medium, Origin } from '../../exchange/index.ts';
import type { Place } from './place.ts';
import type { JsonObject, JsonValue } from './syntax/value.ts';

/** What a medium is taken for, and whose words are in it. */
export interface MediumSource {
  readonly kind: MediaKind;
  readonly origin: Origin;
}

/** Takes what places read. */
export interface Collector {
  /** Of a reply: what has another type than the dialect says is no error there, and is left to the sweep. */
  readonly isReply: boolean;
  add(pointer: string, text: string, origin: Origin, channel: Channel, run?: string): void;
  addElement(pointer: string, text: string, origin: Origin, channel: Channel, run: string): void;
  addReadings(pointer: string, readings: readonly string[], origin: Origin, channel: Channel): void;
  medium(pointer: string, value: JsonValue, of: MediumSource): void;
  seal(pointer: string, value: string): void;
  unread(medium: Medium): void;
  reference(pointer: string, value: JsonValue): void;
  place(value: JsonObject, pointer: string): Place;
}
