import RE2 from 're2';
import type { Finding } from '../detector.ts';
import type { Encoded } from './encoded.ts';
import { parsePattern } from './parse.ts';
import { PatternError } from './pattern-error.ts';
import { plainExpression } from './plain.ts';
import { printPattern } from './print.ts';
import { longest, shortest, type Node } from './syntax.ts';

/** One rule: a pattern in RE2 syntax and the conditions for a finding. */
export interface PatternSpec {
  /** Rule ID of the findings. */
  readonly id: string;
  readonly source: string;
  readonly score: number;
  /**
   * The capturing group with the finding, counted from 1; default: the whole match. Matches without the group are skipped: so a pattern can
   * exclude lookalikes.
   */
  readonly group?: number;
  /** Validates the finding's text, for checksums and the like. Pure, must not throw. */
  readonly validate?: (match: string) => boolean;
  /** Number of UTF-16 code units of the finding's text that belong to it, for formats with their own length. Pure, must not throw. */
  readonly keep?: (match: string) => number;
}

/**
 * After a match that did not validate, or was kept in part, matches up to this length are tried again from the next character. Longer ones
 * would be read once per character.
 */
const MAX_RETRIED = 128;
/** After so many matches in one text, a faster engine takes over where there is one. */
const MANY = 4;

/**
 * What a group takes in a long match is searched in so much of its beginning: RE2 finds the ends of a match in a nanosecond a byte, and its
 * groups in seventy. Bytes.
 */
const BEGINNING = 4096;

/** One exact pattern. Finds the leftmost, non-overlapping matches; an invalid match does not exclude its neighbours. */
export class Matcher {
  readonly spec: PatternSpec;
  readonly node: Node;
  /** Null: not needed yet. */
  #exact: RE2 | null = null;
  /** Undefined: not needed yet; null: there is none. */
  #plain: RegExp | null | undefined;
  /** Without the group, for a pattern that ends with it and has no longest match. Undefined: not needed yet. */
  #extent: RE2 | null | undefined;
  readonly #retries: boolean;

  /** @throws PatternError for invalid syntax; a pattern that RE2 rejects makes `check` throw, or else the first `collect` */
  constructor(spec: PatternSpec) {
    this.spec = spec;
    this.node = parsePattern(spec.source);
    if (shortest(this.node) === 0) {
      throw new PatternError(
        'a pattern that matches the empty text',
        0,
        'demand at least one character, as in x+ for x*',
      );
    }
    this.#retries = (spec.validate ?? spec.keep) !== undefined && longest(this.node) <= MAX_RETRIED;
  }

  /** Compiles it now. @throws PatternError */
  check(): void {
    this.#compiled();
  }

  #compiled(): RE2 {
    const grouped = this.spec.group !== undefined;
    return (this.#exact ??= compileRe2(printPattern(this.node, grouped), grouped ? 'dgu' : 'gu'));
  }

  /**
   * Adds its findings of matches that begin in `[from, until)`. Returns where later searches resume: after the last match if that extends
   * beyond `until`.
   */
  collect({ text, bytes, offsets }: Encoded, findings: Finding[], from = 0, until = Infinity): number {
    let next = from === 0 ? 0 : offsets.byte(from);
    for (let taken = 1; ; taken++) {
      const found = this.#search(bytes, next);
      const begin = found === null ? Infinity : offsets.unit(found.index);
      if (found === null || begin >= until) return Math.max(until, offsets.unit(next));
      next = this.#take(found, found.end, { text, bytes, offsets }, findings);
      if (taken === MANY) {
        if (this.#plain === undefined) this.#plain = plainExpression(this.node);
        const plain = this.#plain;
        if (plain !== null) return this.#collectPlain(plain, text, findings, offsets.unit(next), until);
      }
    }
  }

  /** The next match at `from` or later. */
  #search(bytes: Buffer, from: number): (RE2Match & { readonly end: number }) | null {
    const exact = this.#compiled();
    if (this.#extent === undefined)
      this.#extent = endsWithGroup(this.node) ? compileRe2(printPattern(this.node, false), 'gu') : null;
    if (this.#extent !== null) {
      this.#extent.lastIndex = from;
      const whole = this.#extent.exec(bytes);
      if (whole === null) return null;
      const [{ index }, end] = [whole, this.#extent.lastIndex];
      const first = end - index > BEGINNING ? this.#groupAt(bytes, index) : null;
      if (first !== null) return { index, end, indices: groupOf(this.spec.group ?? 0, [first, end]) };
      exact.lastIndex = index;
    } else exact.lastIndex = from;
    const found = exact.exec(bytes);
    return found === null
      ? null
      : {
          index: found.index,
          end: exact.lastIndex,
          ...(found.indices === undefined ? {} : { indices: found.indices }),
        };
  }

  /** Where the group begins in a long match at `index`; null if the beginning of the match does not tell. */
  #groupAt(bytes: Buffer, index: number): number | null {
    let cut = index + BEGINNING;
    while (((bytes[cut] ?? 0) & 0xc0) === 0x80) cut--;
    const exact = this.#compiled();
    exact.lastIndex = index;
    const begun = exact.exec(bytes.subarray(0, cut));
    if (begun?.index !== index || exact.lastIndex !== cut) return null;
    return begun.indices?.[this.spec.group ?? 0]?.[0] ?? null;
  }

  /** The same by the engine of JavaScript. */
  #collectPlain(plain: RegExp, text: string, findings: Finding[], from: number, until: number): number {
    const { group = 0, id, score } = this.spec;
    for (let next = from; ;) {
      plain.lastIndex = next;
      const found = plain.exec(text);
      if (found === null || found.index >= until) return Math.max(until, next);
      const [first, last] = found.indices?.[group] ?? [0, 0];
      next = plain.lastIndex;
      if (last <= first) continue;
      const kept = this.#kept(text, first, last);
      if (kept > 0) findings.push({ rule: id, start: first, end: first + kept, score });
      if (kept === last - first) next = last;
      else if (this.#retries) next = unitAfter(text, kept === 0 ? found.index : first);
      else if (kept > 0) next = first + kept;
    }
  }

  /** The byte where the search resumes. @param end of the match, in bytes */
  #take(found: RE2Match, end: number, { text, offsets }: Encoded, findings: Finding[]): number {
    const [from, to] = this.#span(found, end);
    if (to <= from) return end;
    const first = offsets.unit(found.index) + offsets.units(found.index, from);
    const last = first + offsets.units(from, to);
    const kept = this.#kept(text, first, last);
    if (kept === 0) return this.#retries ? offsets.next(found.index) : end;
    findings.push({ rule: this.spec.id, start: first, end: first + kept, score: this.spec.score });
    // The text after the finding may be the left context of the next one.
    if (kept === last - first) return to;
    return this.#retries ? offsets.next(from) : offsets.after(from, kept);
  }

  /** Byte range of the finding in a match that ends at `end`; empty if its group did not match. */
  #span(found: RE2Match, end: number): readonly [number, number] {
    const { group } = this.spec;
    if (group === undefined) return [found.index, end];
    return found.indices?.[group] ?? [found.index, found.index];
  }

  #kept(text: string, start: number, end: number): number {
    const { validate, keep } = this.spec;
    if (validate === undefined && keep === undefined) return end - start;
    const whole = text.slice(start, end);
    const kept = keep === undefined ? whole.length : keep(whole);
    return validate === undefined || validate(whole.slice(0, kept)) ? kept : 0;
  }
}

function endsWithGroup(node: Node): boolean {
  return node.kind === 'sequence' && node.items.at(-1)?.kind === 'capture' && longest(node) === Infinity;
}

/** Indices of a match of which one group alone is known. */
function groupOf(group: number, range: [number, number]): RegExpIndicesArray {
  const indices: [number, number][] = [];
  indices[group] = range;
  return indices;
}

/** The offset behind the code point at `at`. */
function unitAfter(text: string, at: number): number {
  return at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
}

type RE2Match = Pick<RegExpExecArray, 'index' | 'indices'>;

/** @throws PatternError for a parsed pattern that RE2 rejects: unknown class names, too large products of counts, size. */
function compileRe2(source: string, flags: string): RE2 {
  try {
    return new RE2(source, flags);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown reason';
    throw new PatternError(
      `a pattern that RE2 refuses (${reason})`,
      0,
      'make it smaller or mend the part that is named',
    );
  }
}
