import type { Channel, MediaKind, Medium, Origin } from '../../exchange/index.ts';
import type { JsonObject, JsonValue } from './syntax/value.ts';

/** The assumed kind of a medium, and the origin of its text. */
export interface MediumSource {
  readonly kind: MediaKind;
  readonly origin: Origin;
}

/** Receives the content that places read. `Place`: what reads an object. */
export interface Collector<Place> {
  /** In a reply, a value of an unexpected type is not an error, and is left to the sweep. */
  readonly isReply: boolean;
  add(pointer: string, text: string, origin: Origin, channel: Channel, run?: string): void;
  addElement(pointer: string, text: string, origin: Origin, channel: Channel, run: string): void;
  addReadings(pointer: string, readings: readonly string[], origin: Origin, channel: Channel): void;
  medium(pointer: string, value: JsonValue, of: MediumSource): void;
  seal(pointer: string, value: string): void;
  unread(medium: Medium): void;
  reference(pointer: string, value: JsonValue): void;
  place(value: JsonObject, pointer: string): Place;
  again<T>(value: JsonValue, by: object, read: () => readonly T[]): readonly T[];
}
