import { readClass } from './character-class.ts';
import { Cursor } from './cursor.ts';
import { quote, readEscape } from './escape.ts';
import { PatternError } from './pattern-error.ts';
import { EMPTY, choice, sequence, type Node } from './syntax.ts';

/** Limit of a pattern in UTF-16 code units. */
const MAX_SOURCE = 8192;
const MAX_DEPTH = 100;
/** RE2's own limit for counts. */
const MAX_COUNT = 1000;

interface Flags {
  readonly fold: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly ungreedy: boolean;
}
const NO_FLAGS: Flags = { fold: false, multiline: false, dotAll: false, ungreedy: false };
const FLAG_NAMES: Readonly<Record<string, keyof Flags>> = {
  i: 'fold',
  m: 'multiline',
  s: 'dotAll',
  U: 'ungreedy',
};

/**
 * Parses RE2 syntax, as re2's JavaScript binding accepts it with the flag `u`. @throws PatternError for everything else; lookaround and
 * backreferences are reported as unsupported by RE2.
 */
export function parsePattern(source: string): Node {
  if (source.length > MAX_SOURCE) {
    throw new PatternError(
      'a pattern that is too long',
      MAX_SOURCE,
      `keep it within ${MAX_SOURCE} characters`,
    );
  }
  const parser = new Parser(source);
  const node = parser.alternatives(NO_FLAGS, 0);
  if (!parser.cursor.done) {
    throw new PatternError('a ) that closes nothing', parser.cursor.at, 'remove it, or write \\)');
  }
  return node;
}

class Parser {
  readonly cursor: Cursor;

  constructor(source: string) {
    this.cursor = new Cursor(source);
  }

  /** Up to the closing bracket or the end. Flags set inside apply until the end of the group. */
  alternatives(outer: Flags, depth: number): Node {
    if (depth > MAX_DEPTH) {
      throw new PatternError('groups nested too deep', this.cursor.at, `keep within ${MAX_DEPTH} levels`);
    }
    let flags = outer;
    const options: Node[] = [];
    let items: Node[] = [];
    while (!this.cursor.done && this.cursor.peek() !== ')') {
      if (this.cursor.eat('|')) {
        options.push(sequence(items));
        items = [];
        continue;
      }
      const set = this.cursor.match(/\(\?([A-Za-z-]*)\)/y);
      if (set !== null) {
        flags = this.#flags(set[1] ?? '', flags, this.cursor.at - set[0].length);
        continue;
      }
      items.push(...this.#counted(flags, depth));
    }
    options.push(sequence(items));
    return choice(options);
  }

  #flags(letters: string, outer: Flags, start: number): Flags {
    let flags = outer;
    let value = true;
    for (const letter of letters) {
      const name = FLAG_NAMES[letter];
      if (letter === '-' && value) value = false;
      else if (name !== undefined) flags = { ...flags, [name]: value };
      else throw new PatternError(`the flag ${letter}`, start, 'RE2 has the flags i, m, s and U');
    }
    if (letters === '' || letters.endsWith('-')) {
      throw new PatternError('a group without flags', start, 'name one of i, m, s, U, or write (?:…)');
    }
    return flags;
  }

  /** One item with its repetition. More than one node only for quoted text. */
  #counted(flags: Flags, depth: number): readonly Node[] {
    const start = this.cursor.at;
    const items = this.#item(flags, depth);
    const count = this.#count();
    if (count === null) return items;
    const item = items.at(-1);
    if (item === undefined)
      throw new PatternError('nothing to repeat', start, 'put something before the count');
    const lazy = this.cursor.eat('?') !== flags.ungreedy;
    const again = this.cursor.at;
    if (this.#count() !== null) {
      throw new PatternError('a repeated repetition', again, 'put the inner one into a group, as in (?:a+)*');
    }
    return [...items.slice(0, -1), { kind: 'repeat', item, ...count, lazy }];
  }

  #count(): { readonly min: number; readonly max: number | null } | null {
    if (this.cursor.eat('*')) return { min: 0, max: null };
    if (this.cursor.eat('+')) return { min: 1, max: null };
    if (this.cursor.eat('?')) return { min: 0, max: 1 };
    const start = this.cursor.at;
    const found = this.cursor.match(/\{(\d+)(,(\d*))?\}/y);
    if (found === null) return null;
    const min = Number(found[1]);
    const max = found[2] === undefined ? min : found[3] === '' ? null : Number(found[3]);
    if (min > MAX_COUNT || (max ?? 0) > MAX_COUNT) {
      throw new PatternError(
        'a count that is too large',
        start,
        `RE2 counts up to ${MAX_COUNT}; use {n,} or + instead`,
      );
    }
    if (max !== null && max < min) {
      throw new PatternError(
        'a count whose end is before its beginning',
        start,
        'write the smaller number first',
      );
    }
    return { min, max };
  }

  #item(flags: Flags, depth: number): readonly Node[] {
    const { cursor } = this;
    const start = cursor.at;
    const character = cursor.peek();
    switch (character) {
      case '(':
        return [this.#group(flags, depth)];
      case '[':
        return [{ kind: 'one', source: readClass(cursor), fold: flags.fold }];
      case '\\':
        return this.#escape(flags);
      case '*':
      case '+':
      case '?':
        throw new PatternError(
          `${character} with nothing to repeat`,
          start,
          `put something before it, or write \\${character}`,
        );
      default:
        cursor.take();
    }
    if (character === '.') return [{ kind: 'one', source: flags.dotAll ? '(?s:.)' : '.', fold: false }];
    if (character === '^') return [{ kind: 'assertion', source: flags.multiline ? '(?m:^)' : '\\A' }];
    if (character === '$') return [{ kind: 'assertion', source: flags.multiline ? '(?m:$)' : '\\z' }];
    return [literal(character, flags)];
  }

  #escape(flags: Flags): readonly Node[] {
    const { cursor } = this;
    if (cursor.eat('\\Q')) {
      const end = cursor.source.indexOf('\\E', cursor.at);
      const text = cursor.source.slice(cursor.at, end < 0 ? undefined : end);
      cursor.at += text.length + (end < 0 ? 0 : 2);
      return Array.from(text, (character) => literal(character, flags));
    }
    const escape = readEscape(cursor);
    if (escape.kind === 'assertion') return [escape as Node & { kind: 'assertion' }];
    return [{ kind: 'one', source: escape.source, fold: flags.fold }];
  }

  #group(flags: Flags, depth: number): Node {
    const { cursor } = this;
    const start = cursor.at;
    const refused = cursor.match(/\(\?(<?[=!]|>|#|\||P=|P>|R|&|\()/y)?.[1];
    if (refused !== undefined) throw unavailable(refused, start);
    let inner = flags;
    let captures = false;
    const set = cursor.match(/\(\?([A-Za-z-]*):/y);
    if (set !== null) {
      if (set[1] !== '') inner = this.#flags(set[1] ?? '', flags, start);
    } else if (cursor.match(/\(\?P?<([A-Za-z_][A-Za-z0-9_]*)>/y) !== null) captures = true;
    else if (cursor.eat('(?')) {
      throw new PatternError(
        'a group that RE2 does not know',
        start,
        'use (…), (?:…), (?P<name>…) or (?flags:…)',
      );
    } else {
      cursor.take();
      captures = true;
    }
    const item = this.alternatives(inner, depth + 1);
    if (!cursor.eat(')'))
      throw new PatternError(
        'a group that is not closed',
        start,
        'add ), or write \\( for the bracket itself',
      );
    return captures ? { kind: 'capture', item } : item.kind === 'empty' ? EMPTY : choice([item]);
  }
}

function literal(character: string, flags: Flags): Node {
  return { kind: 'one', source: quote(character.codePointAt(0) ?? 0), fold: flags.fold };
}

function unavailable(opening: string, start: number): PatternError {
  const advice = 'not available in RE2, which matches in linear time';
  if (opening.endsWith('=') && opening.startsWith('P')) {
    return new PatternError('a named backreference', start, `backreferences are ${advice}; repeat the group`);
  }
  if (/[=!]$/.test(opening)) {
    return new PatternError(
      'a lookaround',
      start,
      `lookahead and lookbehind are ${advice}; use \\b or match the context too`,
    );
  }
  if (opening === '>')
    return new PatternError('an atomic group', start, `atomic groups are ${advice} anyway; use (?:…)`);
  if (opening === '#')
    return new PatternError('a comment', start, 'comments are not available in RE2; remove it');
  return new PatternError('a recursion or condition', start, `recursion and conditions are ${advice}`);
}
