import type { DialectId, Operation, Prompt } from '../../exchange/index.ts';
import type { Place } from '../json/index.ts';

/** A route of an API. The model is named by the first group of `path`, where there is one. */
interface NativeRoute {
  readonly path: RegExp;
  /** Null where a member of the request says it. */
  readonly stream: boolean | null;
}

/** An API that a model server has beside those of the providers: texts go in under some names, and text comes out under one. */
export interface NativeApi {
  readonly id: DialectId;
  readonly operation: Operation;
  /** As `Dialect.isOptional`. */
  readonly isOptional?: boolean;
  readonly routes: readonly NativeRoute[];
  /** Members of a request that hold what is to be completed or read; all other strings are judged as metadata. */
  readonly inputs: readonly string[];
  /** Reads more of a request. */
  readonly readMore?: (root: Place, draft: RequestDraft) => void;
  /** Members of a reply that hold its text. In a frame, the first continues the text of the frames before, unless `piece` names it. */
  readonly texts: readonly string[];
  /** The members that lead to the next piece of the text in a frame. */
  readonly piece?: readonly [outer: string, inner: string];
  /** Members that say the text once more, in pieces or with alternatives. */
  readonly repeats: readonly string[];
  /** Members that say it in numbers of tokens. */
  readonly tokens: readonly string[];
  /** Why a streamed reply cannot be judged; null where it can. */
  readonly unstreamed: string | null;
  /** The member that the last frame has, and no other; null where the stream ends with its connection. */
  readonly last: string | null;
  /** Counts of tokens in a reply. */
  readonly usage: readonly [input: string, output: string] | null;
  /** A whole reply, or a last frame, without text. */
  readonly empty: (prompt: Prompt) => object;
}

/** What is read of a request besides its texts. */
export interface RequestDraft {
  maxOutputTokens: number | null;
}
