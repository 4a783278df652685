import type { Cursor } from './cursor.ts';
import { quote, readEscape } from './escape.ts';
import { PatternError } from './pattern-error.ts';

/** Reads `[…]` at the cursor and returns it in RE2 syntax. @throws PatternError */
export function readClass(cursor: Cursor): string {
  const start = cursor.at;
  cursor.take();
  let source = cursor.eat('^') ? '[^' : '[';
  for (let first = true; first || cursor.peek() !== ']'; first = false) {
    if (cursor.done) {
      throw new PatternError(
        'a character class that is not closed',
        start,
        'add ], or write \\[ for the bracket itself',
      );
    }
    source += readMember(cursor);
  }
  cursor.take();
  return `${source}]`;
}

function readMember(cursor: Cursor): string {
  const named = cursor.match(/\[:\^?[a-z]{1,12}:\]/y);
  if (named !== null) return named[0];
  const start = cursor.at;
  const low = readEnd(cursor);
  if (low.set || cursor.peek() !== '-' || cursor.source[cursor.at + 1] === ']') return low.source;
  cursor.take();
  if (cursor.done) return low.source;
  const high = readEnd(cursor);
  if (high.set) {
    throw new PatternError('a range that ends in a class', start, 'write the - first or last, or as \\-');
  }
  return `${low.source}-${high.source}`;
}

function readEnd(cursor: Cursor): { readonly source: string; readonly set: boolean } {
  if (cursor.peek() !== '\\') return { source: quote(cursor.take().codePointAt(0) ?? 0), set: false };
  const start = cursor.at;
  const escape = readEscape(cursor);
  if (escape.kind === 'assertion') {
    throw new PatternError(`${escape.source} in a character class`, start, 'move it out of the brackets');
  }
  return { source: escape.source, set: escape.kind === 'set' };
}
