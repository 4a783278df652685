import type { DialectId, Operation, Prompt } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';

/** A route of an API. The first group of `path`, if any, is the model. */
interface NativeRoute {
  readonly path: RegExp;
  /** Null if a member of the request decides. */
  readonly stream: boolean | null;
}

/** A native API of a model server: input texts under some members, output text under one. */
export interface NativeApi {
  readonly id: DialectId;
  readonly operation: Operation;
  /** As `Dialect.isOptional`. */
  readonly isOptional?: boolean;
  /** As `Dialect.isShared`. */
  readonly isShared?: boolean;
  readonly routes: readonly NativeRoute[];
  /** Members of a request with the text to complete or read; all other strings are judged as metadata. */
  readonly inputs: readonly string[];
  /** Reads further members of a request. */
  readonly readMore?: (root: Place, draft: RequestDraft) => void;
  /** Members of a reply with its text. In a frame, the first continues the text of earlier frames, unless `piece` names it. */
  readonly texts: readonly string[];
  /** Members that lead to the next piece of the text in a frame. */
  readonly piece?: readonly [outer: string, inner: string];
  /** Members that repeat the text in pieces or with alternatives. */
  readonly repeats: readonly string[];
  /** Members with the text as token IDs. */
  readonly tokens: readonly string[];
  /** Pointers of further values with the text as token IDs. */
  readonly moreTokens?: (root: Place) => readonly string[];
  /** A frame may have the whole text so far. Default: false. */
  readonly isCumulative?: boolean;
  /** Member that only the last frame has; null if the stream ends with its connection. */
  readonly last: string | null;
  /** Token counts in a reply. */
  readonly usage: readonly [input: string, output: string] | null;
  /** A whole reply, or a last frame, without text. */
  readonly empty: (prompt: Prompt) => object;
}

/** Contents of a request besides its texts. */
export interface RequestDraft {
  maxOutputTokens: number | null;
}
