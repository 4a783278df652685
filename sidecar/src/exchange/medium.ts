/**
 * Kinds of parts that no text detector can read. `file` is any other document (PDF, archives); `opaque` is data that only the provider can
 * read: references to stored data (`previous_response_id`, file IDs), encrypted reasoning, token IDs.
 */
export type MediaKind = 'image' | 'audio' | 'video' | 'file' | 'opaque';

/** A part of a body that no text detector can read. */
export interface Medium {
  /** RFC 6901 pointer in the wire body. */
  readonly pointer: string;
  readonly kind: MediaKind;
  /** The IDs and sealed data that the part consists of. Absent if it contains anything else. */
  readonly references?: readonly string[];
}

/** An ID or sealed data in a reply, which a later request may return. */
export interface Reference {
  /** RFC 6901 pointer in the wire body. */
  readonly pointer: string;
  readonly value: string;
}

/** The kind of a media type (`image/png; …`). */
export function kindOfType(type: string | null): MediaKind {
  const [family] = (type ?? '').trim().toLowerCase().split('/', 1);
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'file';
}
