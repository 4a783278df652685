/** An informational reply (RFC 9110 §15.2): it precedes the final one. */
export interface InterimReply {
  readonly status: number;
  readonly reason: string;
  /** As received, repeated names included; values as latin1. */
  readonly headers: readonly (readonly [string, string])[];
}

const START = 'HTTP/1.1 1';
const STATUS_LINE = /^HTTP\/1\.[01] (1\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/;
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*?)[\t ]*$/;
/** RFC 9110 §15.2.2: after it the connection uses another protocol. */
const SWITCHING = 101;
const MAX_HEAD_BYTES = 64 * 1024;
const MAX_REPLIES = 256;
const EMPTY = Buffer.alloc(0);

/**
 * Extracts informational replies from the bytes of one exchange. undici fails on an unexpected `100 Continue`, which other clients ignore.
 * Bytes that do not match RFC 9112 §4 are left to its parser to refuse.
 */
export class InterimReplies {
  #pending: Buffer = EMPTY;
  #seen = 0;
  /** The final reply has begun. */
  #isOver = true;

  /** The next bytes answer a new request. */
  begin(): void {
    this.#pending = EMPTY;
    this.#seen = 0;
    this.#isOver = false;
  }

  /** The bytes of a read that remain for the parser; null if none yet. */
  push(bytes: Buffer, take: (reply: InterimReply) => void): Buffer | null {
    if (this.#isOver) return bytes;
    let rest = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    this.#pending = EMPTY;
    while (rest.length > 0) {
      const found = read(rest);
      if (found === 'more') {
        this.#pending = rest;
        return null;
      }
      if (found === 'none' || this.#seen === MAX_REPLIES) {
        this.#isOver = true;
        return rest;
      }
      this.#seen += 1;
      rest = rest.subarray(found.length);
      take(found.reply);
    }
    return null;
  }
}

function read(bytes: Buffer): 'more' | 'none' | { readonly reply: InterimReply; readonly length: number } {
  const start = bytes.toString('latin1', 0, START.length).replace('HTTP/1.0', 'HTTP/1.1');
  if (start.length < START.length) return START.startsWith(start) || start === 'HTTP/1.0' ? 'more' : 'none';
  if (start !== START) return 'none';
  const end = bytes.indexOf('\r\n\r\n');
  if ((end < 0 ? bytes.length : end) > MAX_HEAD_BYTES) return 'none';
  if (end < 0) return 'more';
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const line = STATUS_LINE.exec(first);
  const status = Number(line?.[1]);
  const headers = lines.map((text) => HEADER.exec(text));
  if (line === null || status === SWITCHING || headers.includes(null)) return 'none';
  const named = headers.map((found): [string, string] => [found?.[1] ?? '', found?.[2] ?? '']);
  return { reply: { status, reason: line[2] ?? '', headers: named }, length: end + 4 };
}
