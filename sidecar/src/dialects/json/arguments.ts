import { Malformed } from '../malformed.ts';
import { leavesOf, type Leaf } from './leaves.ts';
import { NO_JSON, parseText } from './syntax/parse.ts';

/** Texts in the arguments of a tool call: the leaves of a JSON document, or the readings of other text. */
export type ArgumentReading =
  | { readonly kind: 'json'; readonly leaves: readonly Leaf[] }
  /** Raw and, if it has escapes, unescaped. */
  | { readonly kind: 'text'; readonly readings: readonly [string, ...string[]] };

/**
 * Reads arguments as JSON text; pointers of leaves lead into that text, after `outer`. An empty text means no arguments. Invalid JSON
 * (truncated by a token limit) is plain text. @throws Malformed if two parsers would read two documents: a duplicate key, half a surrogate
 * pair, too deep.
 */
export function readArguments(text: string, outer = ''): ArgumentReading {
  if (text.trim() === '') return { kind: 'json', leaves: [] };
  try {
    return { kind: 'json', leaves: leavesOf(parseText(text), outer) };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    if (error.reason !== NO_JSON) throw new Malformed(outer.replace(/#$/, ''), `arguments: ${error.reason}`);
  }
  const meant = unescaped(text);
  return { kind: 'text', readings: meant === text ? [text] : [text, meant] };
}

const ESCAPE = /\\(?:u([0-9a-f]{4})|(.))/gis;
const NAMED: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** Unescapes JSON (RFC 8259 §7) in a text, which may end inside an escape. */
function unescaped(text: string): string {
  return text.replace(ESCAPE, (_escape, hex: string | undefined, char = '') =>
    hex === undefined ? (NAMED[String(char)] ?? String(char)) : String.fromCharCode(parseInt(hex, 16)),
  );
}
