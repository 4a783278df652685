import type { Script } from '../../process/upstream.ts';

export const TOOL = 'send_note';

/** A model's reply, independent of APIs. */
export type Said =
  /** `asJson`: the request asks for JSON of a schema. */
  | { readonly kind: 'text'; readonly text: string; readonly asJson?: boolean }
  /** Arguments of one call of the tool, as JSON text; servers that send objects send the parsed text. */
  | { readonly kind: 'call'; readonly text: string };

/** A first turn as the SDK returned it. */
export interface Heard {
  readonly text: string;
  /** Arguments of each call, parsed as applications do. */
  readonly calls: readonly unknown[];
  /** Sends the turn back as history, with the result of each call; resolves to the text of the next reply. */
  readonly goOn: () => Promise<string>;
}

/** What a first turn asks. */
interface Beginning {
  readonly stream: boolean;
  readonly asJson: boolean;
  /** Of the user. Default: `GO_ON`. */
  readonly text?: string;
}

export const GO_ON = 'Go on.';

/** Two turns with an official SDK. */
export interface Conversation {
  readonly name: string;
  /** The server: replies the same whole and streamed, a stream in pieces of a few characters. */
  server(said: Said): Script;
  begin(origin: string, options: Beginning): Promise<Heard>;
}

/** `text` split at arbitrary offsets. */
export function pieces(text: string): readonly string[] {
  const characters = Array.from(text);
  const cut: string[] = [];
  for (let at = 0; at < characters.length; at += 3) cut.push(characters.slice(at, at + 3).join(''));
  return cut;
}

/** Inserts JSON text unchanged into a reply: numbers and escapes keep their notation. */
export function spliced(body: unknown, text: string): string {
  return JSON.stringify(body).replace(JSON.stringify(PLACE), () => text);
}

/** Placeholder for the text of `spliced`. */
export const PLACE = '(here)';
