import { CHAT } from './samples.ts';

/** The bytes that a server sends; after the last piece it closes the connection. */
export interface ReplyCase {
  readonly name: string;
  readonly method?: string;
  /** Default: chat completions. */
  readonly path?: string;
  readonly request?: object | string;
  /** As latin1. */
  readonly wire: readonly string[];
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

export const MAIL = 'Write to anna@example.com or 4111 1111 1111 1111.';
export const WHOLE = JSON.stringify(CHAT.whole(MAIL));
export const STREAM = latin1(
  Buffer.from(CHAT.stream?.(['Write to anna', '@example.com', ' \u{1f600}.']) ?? ''),
);
export const JSON_HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';
export const SSE_HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n';
export const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n';

/** One chunk of a body. */
export function chunk(text: string, extension = ''): string {
  return `${text.length.toString(16)}${extension}\r\n${text}\r\n`;
}

/** A reply with Content-Length. */
export function sized(head: string, body: string): string {
  return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** A reply in chunks. */
export function chunks(head: string, ...pieces: readonly string[]): readonly string[] {
  return [`${head}${CHUNKED}`, ...pieces.map((piece) => chunk(piece)), '0\r\n\r\n'];
}

export const streamed = { ...CHAT.request('Hello.', { stream: true }) };
