/** Author of a text. `tool` and `document` are untrusted: neither the workload nor the caller wrote them. */
export type Origin = 'system' | 'user' | 'assistant' | 'tool' | 'document';

/** Purpose of a text on the wire; every channel is scanned (invariant 3). */
export type Channel =
  | 'content'
  | 'reasoning'
  | 'refusal'
  | 'citation'
  | 'tool_definition'
  | 'tool_arguments'
  | 'tool_result'
  | 'metadata';

/** `[start, end)` of a text, UTF-16 code units. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** One piece of text of an exchange. */
export interface Segment {
  /**
   * RFC 6901 pointer of the JSON string with the text. If the text is inside JSON in that string (OpenAI's tool arguments), `OUTER#INNER`:
   * the pointer of the string, then the pointer within it. A `#` in a key is written `~2`. A last token that begins with `~3` is the key of
   * a member instead of its value (`/metadata/~3email`).
   */
  readonly pointer: string;
  readonly origin: Origin;
  readonly channel: Channel;
  readonly text: string;
  /**
   * Pointer of the array of parts that contains this text. Models and clients join such parts, so texts with the same run and channel are
   * also judged as one. Absent if the text stands alone.
   */
  readonly run?: string;
  /** The value at `pointer` encodes the text in another form: it becomes null if any of the text is redacted. Default: false. */
  readonly mirror?: boolean;
  /** What of it the user pasted, as policy tells: third parties may have written it. Absent: nothing. */
  readonly pasted?: readonly Stretch[];
}

/** True for text that the workload did not write and the caller did not type, or not all of it. */
export function isUntrusted(segment: Segment): boolean {
  return segment.origin === 'tool' || segment.origin === 'document' || segment.pasted !== undefined;
}
