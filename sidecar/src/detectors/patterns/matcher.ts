import RE2 from 're2';
import type { Finding } from '../detector.ts';
import type { Offsets } from './offsets.ts';
import { parsePattern } from './parse.ts';
import { PatternError } from './pattern-error.ts';
import { printPattern } from './print.ts';
import { longest, shortest, type Node } from './syntax.ts';

/** One rule: a pattern in RE2 syntax and what makes its matches findings. */
export interface PatternSpec {
  /** Rule id of the findings. */
  readonly id: string;
  readonly source: string;
  readonly score: number;
  /**
   * The capturing group that is the finding, counted from 1; without it the whole match. Matches in which the group has no part are
   * passed over: so a pattern says what only looks like its finding.
   */
  readonly group?: number;
  /** Looks at the finding's text, for checksums and the like. Pure, must not throw. */
  readonly validate?: (match: string) => boolean;
  /** How many UTF-16 code units of the finding's text belong to it, for formats that say their own length. Pure, must not throw. */
  readonly keep?: (match: string) => number;
}

/**
 * After a match that did not validate, or of which a part was kept, matches no longer than this are tried again from the next character. Longer ones
 * would be read once for each of their characters.
 */
const MAX_RETRIED = 128;

/** One exact pattern. Finds the leftmost, non-overlapping matches; a match that does not validate takes nothing from its neighbours. */
export class Matcher {
  readonly spec: PatternSpec;
  readonly node: Node;
  /** Null: not needed yet. */
  #exact: RE2 | null = null;
  readonly #retries: boolean;

  /** @throws PatternError for what does not parse; what RE2 refuses is thrown by `check`, or else by the first `collect` */
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
   * Adds its findings of matches that begin in `[from, until)`. Returns where the search for later ones goes on: behind the last match
   * where that reaches further than `until`.
   */
  collect({ text, bytes, offsets }: Scanned, findings: Finding[], from = 0, until = Infinity): number {
    const exact = this.#compiled();
    let next = from === 0 ? 0 : offsets.byte(from);
    for (;;) {
      exact.lastIndex = next;
      const found = exact.exec(bytes);
      const begin = found === null ? Infinity : offsets.unit(found.index);
      if (found === null || begin >= until) return Math.max(until, offsets.unit(next));
      next = this.#take(found, exact.lastIndex, { text, bytes, offsets }, findings);
    }
  }

  /** The byte where the search goes on. @param end of the match, in bytes */
  #take(found: RE2Match, end: number, { text, offsets }: Scanned, findings: Finding[]): number {
    const [from, to] = this.#span(found, end);
    if (to <= from) return end;
    const first = offsets.unit(found.index) + offsets.units(found.index, from);
    const last = first + offsets.units(from, to);
    const kept = this.#kept(text, first, last);
    if (kept === 0) return this.#retries ? offsets.next(found.index) : end;
    findings.push({ rule: this.spec.id, start: first, end: first + kept, score: this.spec.score });
    // What follows the finding may be the left context of the next one.
    if (kept === last - first) return to;
    return this.#retries ? offsets.next(from) : offsets.after(from, kept);
  }

  /** Bytes of the finding in a match that ends at `end`; empty where its group has no part in it. */
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

/** A text in both forms. */
export interface Scanned {
  readonly text: string;
  /** UTF-8. */
  readonly bytes: Buffer;
  readonly offsets: Offsets;
}

type RE2Match = Pick<RegExpExecArray, 'index' | 'indices'>;

/** @throws PatternError for what RE2 refuses though it parses: unknown class names, counts whose product is too large, size. */
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
