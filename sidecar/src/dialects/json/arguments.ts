import { Malformed } from '../malformed.ts';
import { leavesOf, type Leaf } from './leaves.ts';
import { NO_JSON, parseText } from './syntax/parse.ts';

/** What the arguments of a tool call say: the leaves of a JSON document, or the readings of a text that is none. */
export type ArgumentReading =
  | { readonly kind: 'json'; readonly leaves: readonly Leaf[] }
  /** As it stands and, where it holds escapes, as what they mean. */
  | { readonly kind: 'text'; readonly readings: readonly [string, ...string[]] };

/**
 * Reads arguments as JSON text; pointers of leaves lead into that text, behind `outer`. An empty text stands for no arguments. What is no JSON
 * (a limit on tokens cut it short) is a text like any other.
 *
 * @throws Malformed where two parsers would read two documents: a key twice, half of a surrogate pair, too deep.
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

/** What the escapes of JSON (RFC 8259 §7) in a text mean; it may end inside of one. */
function unescaped(text: string): string {
  return text.replace(ESCAPE, (_escape, hex: string | undefined, char = '') =>
    hex === undefined ? (NAMED[String(char)] ?? String(char)) : String.fromCharCode(parseInt(hex, 16)),
  );
}
