/** A reply parsed from its bytes, in the order of arrival. */
export interface RawReply {
  /** Heads of informational replies, line by line. */
  readonly interim: readonly (readonly string[])[];
  /** Status line and headers of the reply, as written. Empty: none arrived. */
  readonly head: readonly string[];
  readonly body: string;
  readonly trailers: readonly string[];
  /** Complete by its own framing. */
  readonly isComplete: boolean;
}

interface Body {
  readonly body: string;
  readonly trailers: readonly string[];
  readonly isComplete: boolean;
}

/** `text`: all bytes until the connection closed, as latin1. */
export function parseReply(text: string, method: string): RawReply {
  const interim: string[][] = [];
  let rest = text;
  for (;;) {
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return { interim, head: [], body: rest, trailers: [], isComplete: false };
    const head = rest.slice(0, end).split('\r\n');
    rest = rest.slice(end + 4);
    if (/^HTTP\/1\.[01] 1(?!01)/.test(head[0] ?? '')) interim.push(head);
    else return { interim, head, ...bodyOf(head, rest, method) };
  }
}

function valueOf(head: readonly string[], name: string): string | null {
  const line = head.find((text) => text.toLowerCase().startsWith(`${name}:`));
  return line === undefined ? null : line.slice(name.length + 1).trim();
}

function bodyOf(head: readonly string[], rest: string, method: string): Body {
  const whole: Body = { body: rest, trailers: [], isComplete: true };
  if (method === 'HEAD' || /^HTTP\/1\.[01] (?:204|304)/.test(head[0] ?? '')) return whole;
  if (valueOf(head, 'transfer-encoding')?.toLowerCase() === 'chunked') return chunked(rest);
  const length = valueOf(head, 'content-length');
  return { ...whole, isComplete: length === null || Number(length) === rest.length };
}

function chunked(text: string): Body {
  let body = '';
  let at = 0;
  for (;;) {
    const end = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, end), 16);
    if (end < 0 || Number.isNaN(size)) return { body, trailers: [], isComplete: false };
    at = end + 2;
    if (size === 0) break;
    body += text.slice(at, at + size);
    if (at + size + 2 > text.length) return { body, trailers: [], isComplete: false };
    at += size + 2;
  }
  const trailers = text.slice(at).split('\r\n');
  return { body, trailers: trailers.slice(0, -2), isComplete: text.endsWith('\r\n\r\n') };
}

/** Hop-by-hop headers (RFC 9110 §7.6.1). */
const ONE_CONNECTION =
  /^(?:connection|keep-alive|proxy-connection|transfer-encoding|upgrade|te|http2-settings):/i;
/** The decision ID, the only addition in observe mode. */
const DECISION = /^llm-boundary-decision:/i;

/**
 * The part of a reply that must be equal with and without the sidecar. Excluded: hop-by-hop headers, the decision ID, and the HTTP version.
 * `parseReply` removes the framing: chunk borders differ, and a reply delimited by the end of its connection is forwarded in chunks, so
 * that its end is explicit.
 */
export function essence(reply: RawReply): RawReply {
  return { ...reply, interim: reply.interim.map(carried), head: carried(reply.head) };
}

function carried(head: readonly string[]): readonly string[] {
  const nominated = (valueOf(head, 'connection') ?? '').toLowerCase().split(/\s*,\s*/);
  return head
    .filter((line, index) => {
      if (index === 0) return true;
      const name = line.slice(0, line.indexOf(':')).toLowerCase();
      return !ONE_CONNECTION.test(line) && !DECISION.test(line) && !nominated.includes(name);
    })
    .map((line, index) => (index === 0 ? line.replace(/^HTTP\/1\.\d ?/, '').trimEnd() : spaced(line)));
}

/** White space around a value is not part of it (RFC 9112 §5). */
function spaced(line: string): string {
  const colon = line.indexOf(':');
  return `${line.slice(0, colon)}: ${line.slice(colon + 1).trim()}`;
}
