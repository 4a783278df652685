/** A reply taken apart by its bytes alone, in the order in which they came. */
export interface RawReply {
  /** Heads of informational replies, line by line. */
  readonly interim: readonly (readonly string[])[];
  /** Status line and headers of the reply, as written. Empty: none came. */
  readonly head: readonly string[];
  readonly body: string;
  readonly trailers: readonly string[];
  /** All of it came, by its own framing. */
  readonly isComplete: boolean;
}

interface Body {
  readonly body: string;
  readonly trailers: readonly string[];
  readonly isComplete: boolean;
}

/** `text`: everything until the connection was closed, as latin1. */
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

/** RFC 9110 §7.6.1: they are about one connection, of which there are two now. */
const ONE_CONNECTION =
  /^(?:connection|keep-alive|proxy-connection|transfer-encoding|upgrade|te|http2-settings):/i;
/** The id of the exchange, the one thing that observing adds. */
const DECISION = /^llm-boundary-decision:/i;

/**
 * What must be the same with and without the sidecar. Left out: headers of one connection and those that `Connection` names, the decision id,
 * and the version of HTTP, which each hop says for itself. Framing is taken off by `parseReply`: chunks have other borders, and a reply that
 * ends with its connection has chunks, so that it has an end that can be seen.
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

/** RFC 9112 §5: white space around a value is not part of it. */
function spaced(line: string): string {
  const colon = line.indexOf(':');
  return `${line.slice(0, colon)}: ${line.slice(colon + 1).trim()}`;
}
