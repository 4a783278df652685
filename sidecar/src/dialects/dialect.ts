import type {
  Channel,
  DialectId,
  Medium,
  Origin,
  Prompt,
  Reference,
  Refusal,
  Reply,
  Usage,
} from '../exchange/index.ts';
import type { JsonObject } from './json/syntax/value.ts';

/** The request line, as it came: `path` is the raw path without the query, never decoded or normalised. */
export interface Route {
  readonly method: string;
  readonly path: string;
  /** Raw, without the question mark; empty where there is none. */
  readonly query: string;
}

/** What the route alone says (Gemini names model and streaming in the path). */
export interface RouteMatch {
  readonly model: string | null;
  readonly stream: boolean | null;
  /** How a streamed reply on this route is framed. */
  readonly framing: Framing;
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
  /** The text stands alone: nothing before or after continues it (a repetition of the whole, an id, an annotation). */
  readonly whole: boolean;
  /** The text is what the value at `pointer` says in another form: the value becomes null where any of it is redacted. Default: false. */
  readonly mirror?: boolean;
}

/** A piece of a tool call in a frame. */
export interface StreamCall {
  /** Key of the call; the same in every frame of it. */
  readonly key: string;
  /** Pointer of the JSON string that holds this piece of the arguments; null where the call came as an object, in one piece. */
  readonly pointer: string | null;
  /** The name, or a piece of it; null in pieces without one. Names that differ are judged each, and put together. */
  readonly name: string | null;
  readonly arguments: string;
  readonly whole: boolean;
  /** Text that neither the caller nor the model wrote stands before it in the same frame. Default: false. */
  readonly tainted?: boolean;
  /** Other names that clients may read from the pieces: each must pass too. Default: none. */
  readonly alsoNamed?: readonly string[];
  /** Free text (a custom tool's input), which becomes the one member `input` of the arguments. The same in every piece. Default: false. */
  readonly freeText?: boolean;
  /** Clients may put the arguments together in another way, so that no condition may rely on them. Default: false. */
  readonly uncertain?: boolean;
  /** It runs at the provider: no client acts on it. Said with any piece. Default: false. */
  readonly atProvider?: boolean;
}

/** A running text that clients read in two ways from this frame on: up to here, `to` says what `from` says. */
export interface StreamFork {
  readonly from: string;
  readonly to: string;
}

/** What one frame says. */
export interface FrameContent {
  /** Come before the texts of the frame. Default: none. */
  readonly forks?: readonly StreamFork[];
  readonly texts: readonly StreamText[];
  readonly calls: readonly StreamCall[];
  /** Keys of texts and calls that are complete with this frame. */
  readonly ended: readonly string[];
  /** Pointers of values that repeat text of this frame (token log-probabilities): set to null when the frame is redacted. */
  readonly mirrors: readonly string[];
  /** Pointers of values that say the text in a form that no detector reads (numbers of tokens): null wherever replies are guarded. */
  readonly unreadable?: readonly string[];
  /** Parts that no text detector can read. Absent: none. */
  readonly media?: readonly Medium[];
  /** Keys of texts that the frame signs: they end with it, and the signature holds only while nothing of them was replaced. Absent: none. */
  readonly signed?: readonly string[];
  /** What a later request may give back. Absent: nothing. */
  readonly references?: readonly Reference[];
  /** The frame that ends the reply (`finish_reason` of the last choice, `message_stop`, `done: true`, `[DONE]`, `response.completed`). */
  readonly last: boolean;
  /** The data is no JSON but words, which its one text says (pointer: empty). Default: false. */
  readonly isPlain?: boolean;
  /** Clients do not read the frame (it comes after the end): it goes no further. Default: false. */
  readonly dropped?: boolean;
  readonly model: string | null;
  readonly usage: Usage | null;
  readonly finishReasons: readonly string[];
}

/** Of a frame that says nothing. */
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
  /** Calls that end with the stream, which is complete and over, and not by a frame. Absent: what the frames said of them is all. @throws Malformed */
  rest?(): Pick<FrameContent, 'calls' | 'ended'> | undefined;
  /**
   * Frames (wire bytes as text) that end the reply cleanly as withheld, whatever has been sent so far. The last `unjudged` frames that were
   * read (default: none) are as if they had not been: they only came along with others.
   */
  finish(refusal: Refusal, unjudged?: number): string;
  /** Frames that make the official SDK of the dialect raise an error, whatever has been sent so far. */
  raise(refusal: Refusal): string;
  /** Bytes that keep a silent stream alive and that clients read over, between any two frames. Absent: those of the framing. */
  heartbeat?(): string;
  /**
   * The frames before this one were released. A reader that must close open blocks (`content_block_stop`) in `finish` learns
   * here what the client has seen; `read` alone does not mean that the client saw the frame. `frame` has the data as it was sent: the same
   * string as was read where nothing was replaced.
   */
  released(frame: Frame): void;
}

/** A response of the boundary itself. */
export interface RenderedResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** A wire protocol: bytes to exchange, verdicts back to bytes. Knows no policy. */
export interface Dialect {
  readonly id: DialectId;
  /** True where its servers read the body as JSON whatever `content-type` says. Default: false. */
  readonly ignoresContentType?: boolean;
  /** Models that answer have no need of its routes: they are refused like unknown ones, and read where policy opens them. Default: false. */
  readonly isOptional?: boolean;
  /** Exact, case-sensitive. Null where the route is not of this dialect. */
  match(route: Route): RouteMatch | null;
  /** @throws Malformed naming pointer and reason, never content. */
  prompt(body: JsonObject, match: RouteMatch): Prompt;
  /**
   * `prompt` tells an echo of the request from the server's own words; without it, all of the body counts as output.
   *
   * @throws Malformed
   */
  reply(body: JsonObject, prompt?: Prompt): Reply;
  stream(prompt: Prompt, match: RouteMatch): StreamReader;
  /** The dialect's own error body for a refusal, so that official SDKs raise a typed error with the code. */
  refuse(refusal: Refusal): RenderedResponse;
  /** A whole, successful reply in the dialect that says that the output was withheld. `usage` is what the server counted. Default: nothing. */
  withhold(refusal: Refusal, prompt: Prompt, usage?: Usage): RenderedResponse;
}
