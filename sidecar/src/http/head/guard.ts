import type { IncomingMessage } from 'node:http';
import type { FaultCode } from './fault.ts';

/**
 * Headers that define the type, length, destination or sender of a message. If one is repeated, or dropped by the next hop, the model
 * server could read the message differently.
 */
const SINGLE: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'content-type',
  'content-encoding',
  'content-range',
  'authorization',
  'expect',
  'upgrade',
]);

const TARGET = /^\/[\x21\x22\x24-\x5b\x5d-\x7e]*$/;
// RFC 9110 §7.2 and RFC 3986 §3.2.2, without userinfo: reg-name, IPv4 or bracketed IPv6, then a port.
const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9._~!$&'()*+,;=%-]+)(?::\d{1,5})?$/i;
const DIGITS = /^\d{1,15}$/;
const REFUSED_METHODS: ReadonlySet<string> = new Set(['CONNECT', 'TRACE', 'PRI', 'SOURCE']);

/**
 * Judges a head that node's parser accepted. The parser (llhttp 9, strict) already refuses bad lengths and chunk sizes, Content-Length
 * beside Transfer-Encoding, obs-fold, bare CR and LF, control characters, and space before a colon; this function checks the rest (RFC 9112
 * §3.2, §6.1, §6.3; RFC 9110 §7.6.1). Attacker-controlled input throughout. @returns null if the message is unambiguous.
 */
export function inspectHead(req: IncomingMessage, maxHeaders: number): FaultCode | null {
  if (req.httpVersionMajor !== 1 || req.httpVersionMinor > 1) return 'version';
  const method = req.method ?? '';
  if (REFUSED_METHODS.has(method)) return method === 'CONNECT' ? 'target' : 'method';
  if (!TARGET.test(req.url ?? '')) return 'target';
  const raw = req.rawHeaders;
  // Counted here: the server's own cap would drop the surplus silently, possibly with the headers that frame the message.
  if (raw.length > maxHeaders * 2) return 'headers_too_large';
  const tally = new Tally();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const fault = tally.add(raw[i] ?? '', raw[i + 1] ?? '');
    if (fault !== null) return fault;
  }
  return tally.verdict(req.httpVersionMinor);
}

class Tally {
  #seen: string[] = [];
  #type: string | null = null;
  #names: string[] = [];
  #nominated: string | null = null;
  #underscored = false;
  #framed: 'length' | 'chunked' | null = null;
  #host = false;

  add(rawName: string, value: string): FaultCode | null {
    const name = rawName.toLowerCase();
    this.#names.push(name);
    if (name.includes('_')) this.#underscored = true;
    if (name === 'connection') this.#nominated = `${this.#nominated ?? ''},${value.toLowerCase()}`;
    if (!SINGLE.has(name)) return null;
    // The same type twice has one meaning to every server; it is forwarded once.
    if (name === 'content-type' && this.#type === value) return null;
    if (this.#seen.includes(name)) return duplicateOf(name);
    this.#seen.push(name);
    return this.#single(name, value);
  }

  #single(name: string, value: string): FaultCode | null {
    switch (name) {
      case 'host':
        this.#host = true;
        return HOST.test(value) ? null : 'host_ambiguous';
      case 'content-length':
        if (this.#framed !== null || !DIGITS.test(value)) return 'length_ambiguous';
        this.#framed = 'length';
        return null;
      case 'transfer-encoding':
        if (this.#framed !== null) return 'length_ambiguous';
        this.#framed = 'chunked';
        // Other parsers depend on case and spelling: only the form that all of them accept.
        return value === 'chunked' ? null : 'transfer_encoding';
      case 'content-type':
        this.#type = value;
        return null;
      default:
        return null;
    }
  }

  verdict(minor: number): FaultCode | null {
    if (minor === 0 && this.#framed === 'chunked') return 'transfer_encoding';
    if (minor === 1 && !this.#host) return 'host_missing';
    if (this.#nominated !== null && nominatesSingle(this.#nominated)) return 'header_ambiguous';
    if (this.#underscored && collides(this.#names)) return 'header_ambiguous';
    return null;
  }
}

function duplicateOf(name: string): FaultCode {
  if (name === 'host') return 'host_ambiguous';
  return name === 'content-length' || name === 'transfer-encoding' ? 'length_ambiguous' : 'header_ambiguous';
}

/** `Connection: content-type` would drop a header that the verdict relied on (`upgrade` is a regular use of Connection). */
function nominatesSingle(tokens: string): boolean {
  for (const token of tokens.split(',')) {
    const name = token.trim();
    if (name !== 'upgrade' && SINGLE.has(name)) return true;
  }
  return false;
}

/** CGI-style servers fold `_` and `-` into one name. */
function collides(names: readonly string[]): boolean {
  const plain = new Set(names.filter((name) => !name.includes('_')));
  const folded = new Set<string>();
  for (const name of names) {
    if (!name.includes('_')) continue;
    const twin = name.replaceAll('_', '-');
    if (plain.has(twin) || SINGLE.has(twin) || folded.has(twin)) return true;
    folded.add(twin);
  }
  return false;
}
