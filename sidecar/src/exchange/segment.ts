/**
 * Who a text speaks for. `tool` and `document` are untrusted: neither the workload nor the caller wrote them.
 */
export type Origin = 'system' | 'user' | 'assistant' | 'tool' | 'document';

/** What a text is for on the wire; every channel is scanned (invariant 3). */
export type Channel =
  | 'content'
  | 'reasoning'
  | 'refusal'
  | 'citation'
  | 'tool_definition'
  | 'tool_arguments'
  | 'tool_result'
  | 'metadata';

/** One piece of text of an exchange. */
export interface Segment {
  /**
   * RFC 6901 pointer of the JSON string in the wire body that holds the text. Where that string holds JSON itself (OpenAI's
   * tool arguments), `OUTER#INNER`: the pointer of the string, then the pointer inside of it. A `#` in a key is written `~2`. A last
   * token that begins with `~3` names the key of a member instead of its value (`/metadata/~3email`).
   */
  readonly pointer: string;
  readonly origin: Origin;
  readonly channel: Channel;
  readonly text: string;
  /**
   * Pointer of the array of parts that this text is one of. Models and clients put such parts together, so texts with the same run and
   * channel are also judged as one. Absent where the text stands alone.
   */
  readonly run?: string;
  /** The text is what the value at `pointer` says in another form: the value becomes null where any of it is redacted. Default: false. */
  readonly mirror?: boolean;
}

/** True for text that the workload did not write and the caller did not type. */
export function isUntrusted(segment: Segment): boolean {
  return segment.origin === 'tool' || segment.origin === 'document';
}
