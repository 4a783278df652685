import type {
  Channel,
  DialectId,
  MediaKind,
  Medium,
  Origin,
  Prompt,
  Reference,
  Refusal,
  Reply,
  Usage,
} from '../exchange/index.ts';
import type { Denial } from './denials/denial.ts';
import type { JsonObject, JsonValue } from './json/syntax/value.ts';

/** The request line, as received: `path` is the raw path without the query, never decoded or normalised. */
export interface Route {
  readonly method: string;
  readonly path: string;
  /** Raw, without the question mark; empty if absent. */
  readonly query: string;
}

/** Facts from the route alone (Gemini names model and streaming in the path). */
export interface RouteMatch {
  readonly model: string | null;
  readonly stream: boolean | null;
  /** Framing of a streamed reply on this route. */
  readonly framing: Framing;
  /** False if requests have no body: `Dialect.prompt` then gets an empty object. Default: true. */
  readonly hasBody?: boolean;
}

/** WHATWG server-sent events; newline-delimited JSON (Ollama); one JSON array written piecemeal (Gemini without `alt=sse`). */
export type Framing = 'sse' | 'ndjson' | 'json-array';

/** One frame of a stream. `data` is the JSON text (or a terminator such as `[DONE]`); `event` is the SSE event name. */
export interface Frame {
  readonly event: string | null;
  readonly data: string;
}

/** A piece of text in a frame. */
export interface StreamText {
  /** Key of the running text that this piece continues (`choices/0/content`); the same key in every frame of it. */
  readonly key: string;
  /** RFC 6901 pointer (or `OUTER#INNER`) of the JSON string in this frame's data. */
  readonly pointer: string;
  readonly text: string;
  readonly origin: Origin;
  readonly channel: Channel;
  /** The text stands alone: no other text continues it (a repetition of the whole, an ID, an annotation). */
  readonly whole: boolean;
  /** The text repeats the running text from its beginning, all of it or less; what exceeds it continues it. Default: false. */
  readonly repeats?: boolean;
  /** The value at `pointer` encodes the text in another form: it becomes null if any of the text is redacted. Default: false. */
  readonly mirror?: boolean;
}

/** A piece of a tool call in a frame. */
export interface StreamCall {
  /** Key of the call; the same in every frame of it. */
  readonly key: string;
  /** Pointer of the JSON string with this piece of the arguments; null if the call arrived as an object, in one piece. */
  readonly pointer: string | null;
  /** The name, or a piece of it; null in pieces without one. Different names are judged separately and concatenated. */
  readonly name: string | null;
  readonly arguments: string;
  readonly whole: boolean;
  /** Text of neither the caller nor the model precedes it in the same frame. Default: false. */
  readonly tainted?: boolean;
  /** Other names that clients may read from the pieces: each must be allowed too. Default: none. */
  readonly alsoNamed?: readonly string[];
  /** Free text (a custom tool's input), which becomes the only member `input` of the arguments. The same in every piece. Default: false. */
  readonly freeText?: boolean;
  /** Clients may assemble the arguments differently, so that no condition may rely on them. Default: false. */
  readonly uncertain?: boolean;
  /** It runs at the provider: no client acts on it. May be set with any piece. Default: false. */
  readonly atProvider?: boolean;
}

/** A running text that clients read in two ways from this frame on: up to here, `to` equals `from`. */
export interface StreamFork {
  readonly from: string;
  readonly to: string;
}

/** The content of one frame. */
export interface FrameContent {
  /** Take effect before the texts of the frame. Default: none. */
  readonly forks?: readonly StreamFork[];
  readonly texts: readonly StreamText[];
  readonly calls: readonly StreamCall[];
  /** Keys of texts and calls that are complete with this frame. */
  readonly ended: readonly string[];
  /** Pointers of values that repeat text of this frame (token log-probabilities): set to null when the frame is redacted. */
  readonly mirrors: readonly string[];
  /** Pointers of values with the text in a form that no detector reads (token IDs): set to null whenever replies are guarded. */
  readonly unreadable?: readonly string[];
  /** Parts that no text detector can read. Default: none. */
  readonly media?: readonly Medium[];
  /**
   * Keys of texts that the frame signs: they end with it, and the signature is valid only while no part of them was replaced. Default:
   * none.
   */
  readonly signed?: readonly string[];
  /** IDs and sealed data that a later request may return. Default: none. */
  readonly references?: readonly Reference[];
  /** The frame that ends the reply (`finish_reason` of the last choice, `message_stop`, `done: true`, `[DONE]`, `response.completed`). */
  readonly last: boolean;
  /** The data is plain text instead of JSON, and the only text of the frame (pointer: empty). Default: false. */
  readonly isPlain?: boolean;
  /** Clients ignore the frame (it comes after the end): it is not forwarded. Default: false. */
  readonly dropped?: boolean;
  readonly model: string | null;
  readonly usage: Usage | null;
  readonly finishReasons: readonly string[];
}

/** Content of a frame without any. */
export const SILENT: FrameContent = {
  texts: [],
  calls: [],
  ended: [],
  mirrors: [],
  last: false,
  model: null,
  usage: null,
  finishReasons: [],
};

/** Reads one streamed reply; owns the little state that its frames need. */
export interface StreamReader {
  /** @throws Malformed on anything that the dialect does not define. */
  read(frame: Frame): FrameContent;
  /** True when the stream may end here: every choice or block that was begun is finished. */
  complete(): boolean;
  /** Calls that end with a complete stream instead of with a frame. Absent: none. @throws Malformed */
  rest?(): Pick<FrameContent, 'calls' | 'ended'> | undefined;
  /**
   * Frames (wire bytes as text) that end the reply cleanly as withheld, whatever has been sent. The last `unjudged` frames that were read
   * (default: none) count as unread: they only arrived with others.
   */
  finish(refusal: Refusal, unjudged?: number): string;
  /** Frames that make the official SDK of the dialect raise an error, whatever has been sent. */
  raise(refusal: Refusal): string;
  /** Bytes that keep an idle stream alive and that clients skip between any two frames. Absent: those of the framing. */
  heartbeat?(): string;
  /**
   * Called when the oldest read frame was released. A reader that must close open blocks (`content_block_stop`) in `finish` tracks the
   * client's view here; `read` alone does not mean that the client got the frame. `frame` has the data as sent: the same string as was read
   * if nothing was replaced.
   */
  released(frame: Frame): void;
}

/** A response generated by the boundary. */
export interface RenderedResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** A wire protocol: parses bytes to an exchange, renders verdicts to bytes. Independent of policy. */
export interface Dialect {
  readonly id: DialectId;
  /** True if its servers read the body as JSON whatever the `content-type`. Default: false. */
  readonly ignoresContentType?: boolean;
  /** Kind of its replies in a media type other than JSON, unless they are text. Absent: all replies are JSON. */
  readonly medium?: MediaKind;
  /** Chat clients do not need its routes: they are refused like unknown ones until policy opens them. Default: false. */
  readonly isOptional?: boolean;
  /** Other servers use its route for anything: it is read inbound only, and not where policy passes it uninspected. Default: false. */
  readonly isShared?: boolean;
  /** Reads a `multipart/*` body as the object for `prompt`. Absent: bodies are JSON. @throws Malformed */
  readonly readForm?: (body: Buffer, contentType: string) => JsonObject;
  /** Exact, case-sensitive. Null if the route is not of this dialect. */
  match(route: Route): RouteMatch | null;
  /** @throws Malformed naming pointer and reason, never content. */
  prompt(body: JsonObject, match: RouteMatch): Prompt;
  /**
   * `prompt` distinguishes an echo of the request from the server's own words; without it, the whole body counts as output. @throws
   * Malformed
   */
  reply(body: JsonObject, prompt?: Prompt): Reply;
  /** As `reply`, for a body that is an array of replies. Absent: all of it is judged as text. @throws Malformed */
  replies?(list: readonly JsonValue[], prompt?: Prompt): Reply;
  stream(prompt: Prompt, match: RouteMatch): StreamReader;
  /** The dialect's own error body for a refusal, so that official SDKs raise a typed error with the code. */
  refuse(refusal: Refusal): RenderedResponse;
  /** How the model is told that its calls were denied. Absent: it is not. */
  readonly denial?: Denial;
  /** A whole, successful reply of the dialect stating that the output was withheld. `usage`: the server's counts. Default: none. */
  withhold(refusal: Refusal, prompt: Prompt, usage?: Usage): RenderedResponse;
}
