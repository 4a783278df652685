import RE2 from 're2';
import { encodedOf, type Encoded } from './encoded.ts';
import { prefixes } from './prefixes.ts';
import { printPattern } from './print.ts';
import { RELAX_BOUND, relax } from './relax.ts';
import { choice, longest, weight, type Node } from './syntax.ts';

/**
 * RE2 gives an automaton a fixed memory; a larger expression runs on a slower engine. Measured: up to here a search of a hundred prefix
 * patterns takes 1 to 3 µs, far above it hundreds.
 */
const MAX_WEIGHT = 3000;

/** Longer than most patterns whose matches have an end. Code points. */
const NEAR = 1024;
/** Bytes of a code point in UTF-8, at most. */
const MAX_BYTES = 4;

/** Prefix patterns whose relaxed forms are searched as one, and one by one when that is not enough. */
interface Group {
  readonly relaxed: RE2;
  readonly members: readonly Member[];
  /**
   * Bytes at the end of a text that contain the prefixes of all members, with the code point before them; Infinity: some have no end. A
   * relaxed form has none where the exact one has, and would be followed through the whole text.
   */
  readonly window: number;
}

/**
 * One pattern of a group. The exact forms of all take longer to compile than all else at start, and most are never needed: one is compiled
 * when its relaxed form, which is far smaller, has matched where the exact one would count.
 */
class Member {
  readonly #node: Node;
  /** Of its prefixes. */
  readonly relaxed: Node;
  /** Of a match, in code points; Infinity if above `NEAR`. */
  readonly longest: number;
  #filter: RE2 | null = null;
  #exact: RE2 | null = null;

  constructor(node: Node) {
    this.#node = node;
    this.relaxed = prefixes(relax(node));
    const most = longest(node);
    this.longest = most <= NEAR ? most : Infinity;
  }

  /** Compiles the exact form. @throws SyntaxError where RE2 refuses the pattern */
  check(): void {
    this.#compiled();
  }

  /** Where its longest prefix at the end of the text begins; at least `limit` where that is not before it. */
  hold(text: Encoded, from: number, limit: number): number {
    if (this.#exact === null) {
      this.#filter ??= search(this.relaxed);
      // Wherever the exact form matches, the relaxed one does.
      const at = searchFrom(this.#filter, text, from);
      if (at < 0 || at >= limit) return limit;
    }
    const at = searchFrom(this.#compiled(), text, from);
    return at < 0 ? limit : at;
  }

  #compiled(): RE2 {
    this.#exact ??= search(prefixes(this.#node));
    this.#filter = null;
    return this.#exact;
  }
}

/**
 * Determines where a stream must hold its text: the earliest offset from which a prefix of some pattern reaches the end. The searches are
 * anchored at the end, so RE2 runs them backwards and stops as soon as no pattern can reach further: the cost depends on the held text, not
 * on the whole.
 */
export class Holder {
  readonly #groups: Group[] = [];
  /** Not compiled yet: together they take longer than all else at start. */
  readonly #waiting: (readonly Member[])[];

  constructor(nodes: readonly Node[]) {
    const members = nodes.map((node) => new Member(node));
    this.#waiting = [true, false]
      .map((near) => members.filter((member) => member.longest < Infinity === near))
      .flatMap(partition);
  }

  /** Compiles the relaxed forms, some in each step; `hold` does what is left of it. @throws SyntaxError if RE2 rejects one */
  *build(): Iterable<void> {
    for (let part = this.#waiting[0]; part !== undefined; part = this.#waiting[0]) {
      this.#groups.push(...compile(part));
      this.#waiting.shift();
      yield;
    }
  }

  /** Compiles every form now. @throws SyntaxError if RE2 rejects one */
  check(): void {
    this.#buildAll();
    for (const { members } of this.#groups) for (const member of members) member.check();
  }

  #buildAll(): void {
    if (this.#waiting.length > 0) Array.from(this.build());
  }

  /** Nothing before `from` counts, except for the assertions there. @throws SyntaxError if RE2 rejects a form, unless `check` was called */
  hold(text: string, from = 0): number {
    this.#buildAll();
    const base = contextOf(from);
    const tail = encodedOf(text.slice(base));
    let hold = tail.text.length;
    for (const { relaxed, members, window } of this.#groups) {
      const at = searchFrom(relaxed, tail, from - base, window);
      if (at < 0 || at >= hold) continue;
      // Relaxing changes only counts above the bound, so on fewer code units both forms agree.
      if (tail.text.length - at <= RELAX_BOUND) hold = at;
      else hold = Math.min(hold, holdExactly(members, tail.text, at));
      // Nothing is held from further ahead.
      if (hold <= from - base) break;
    }
    return base + hold;
  }
}

/**
 * Where a text may be cut whose matches begin at `from` at the earliest: one code point before it is enough for the assertions, none of which
 * may see a false beginning. The cut may split a surrogate pair; its half is then U+FFFD.
 */
export function contextOf(from: number): number {
  return Math.max(0, from - 2);
}

/** `from` is no later than the answer. */
function holdExactly(members: readonly Member[], text: string, from: number): number {
  const base = contextOf(from);
  const tail = encodedOf(text.slice(base));
  let hold = tail.text.length;
  for (const member of members) {
    hold = Math.min(hold, member.hold(tail, from - base, hold));
    if (hold + base <= from) break;
  }
  return Math.max(from, hold + base);
}

/** A search without `from` is faster, and results before it are rare. @param window bytes at the end to search */
function searchFrom(search: RE2, encoded: Encoded, from: number, window = Infinity): number {
  const { bytes } = encoded;
  const start = bytes.length <= window ? 0 : codePointAt(bytes, bytes.length - window);
  const found = search.search(start === 0 ? bytes : bytes.subarray(start));
  if (found < 0) return found;
  const at = unitBeforeEnd(encoded, start + found);
  if (at >= from) return at;
  search.lastIndex = encoded.offsets.byte(from);
  const later = search.exec(bytes);
  return later === null ? -1 : unitBeforeEnd(encoded, later.index);
}

/** The code unit at `byte`, counted from the end, where most matches are. */
function unitBeforeEnd({ text, bytes, offsets }: Encoded, byte: number): number {
  return text.length - offsets.units(byte, bytes.length);
}

/** Where the code point begins that has this byte. */
function codePointAt(bytes: Buffer, at: number): number {
  let start = at;
  while (((bytes[start] ?? 0) & 0xc0) === 0x80) start--;
  return start;
}

function partition(members: readonly Member[]): readonly (readonly Member[])[] {
  const groups: Member[][] = [];
  let free = 0;
  for (const member of members) {
    const size = weight(member.relaxed);
    if (size > free) {
      groups.push([]);
      free = MAX_WEIGHT;
    }
    groups.at(-1)?.push(member);
    free -= size;
  }
  return groups;
}

/** One group if RE2 takes it, else halves of it. */
function compile(members: readonly Member[]): readonly Group[] {
  try {
    const relaxed = search(choice(members.map((member) => member.relaxed)));
    const most = Math.max(RELAX_BOUND, ...members.map((member) => member.longest));
    return [{ relaxed, members, window: MAX_BYTES * (most + 2) }];
  } catch (error) {
    if (members.length < 2) throw error;
    const half = members.length >> 1;
    return [...compile(members.slice(0, half)), ...compile(members.slice(half))];
  }
}

function search(node: Node): RE2 {
  return new RE2(`${printPattern(node)}\\z`, 'gu');
}

/**
 * Replaces half surrogate pairs: with RE2 on Node 24 each of them ends the search two bytes before the end of a string, so that a pattern
 * at the end would be missed. U+FFFD has as many UTF-16 code units, so that offsets stay.
 */
export function readable(text: string): string {
  return text.toWellFormed();
}

/** Without a high surrogate at the end, whose other half has not arrived. */
export function withoutHalf(text: string): string {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff ? text.slice(0, -1) : text;
}
