/**
 * What a part that no text detector can read holds. `file` is any other document (PDF, archives); `opaque` stands for what only the
 * provider can read: references to what it stores (`previous_response_id`, file ids), encrypted reasoning, numbers of tokens.
 */
export type MediaKind = 'image' | 'audio' | 'video' | 'file' | 'opaque';

/** A part of a body that no text detector can read. */
export interface Medium {
  /** RFC 6901 pointer in the wire body. */
  readonly pointer: string;
  readonly kind: MediaKind;
  /** The ids and sealed data that it consists of. Absent: there is more in it, or none. */
  readonly references?: readonly string[];
}

/** An id, or data that only the provider can read, in a reply: a later request may give it back. */
export interface Reference {
  /** RFC 6901 pointer in the wire body. */
  readonly pointer: string;
  readonly value: string;
}

/** The kind that a media type (`image/png; …`) names. */
export function kindOfType(type: string | null): MediaKind {
  const [family] = (type ?? '').trim().toLowerCase().split('/', 1);
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'file';
}
