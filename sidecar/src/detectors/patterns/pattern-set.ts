import type { Detector, Finding } from '../detector.ts';
import { settleFindings } from '../findings.ts';
import { Holder, withoutHalf } from './holder.ts';
import { Matcher, type PatternSpec } from './matcher.ts';
import { Offsets } from './offsets.ts';
import { Prefilter } from './prefilter.ts';

/** Patterns that are looked for together. Pure; work is linear in the text. */
export interface PatternSet {
  readonly size: number;
  scan(text: string): readonly Finding[];
  /** As `Detector.hold`. */
  hold(text: string): number;
}

const NOTHING: readonly Finding[] = [];

/**
 * One pass of a relaxed set says which patterns may match; those alone are run exactly.
 * @throws PatternError for the first spec that cannot be used.
 */
export function compilePatterns(specs: readonly PatternSpec[]): PatternSet {
  return new PrefilteredSet(specs.map((spec) => new Matcher(spec)));
}

/** Warm from the start: RE2 builds its automata lazily, and the first exchange should not pay for it. */
export function createPatternDetector(id: string, specs: readonly PatternSpec[]): Detector {
  const set = compilePatterns(specs);
  set.scan(WARM_UP);
  for (let end = 1; end < WARM_UP.length; end += 7) set.hold(WARM_UP.slice(0, end));
  return { id, scan: (text) => set.scan(text), hold: (text) => set.hold(text) };
}

const WARM_UP =
  'Dear reader, on 24 March 2021 the 3 cats of No. 10 (all "tabby") cost $1,250.50; see https://example.com/cats?id=7 or write to ' +
  'cats@example.com.\n- key: value\n{"a": [1, 2.5, null], "b": "été"}\n0123456789abcdef 2021-03-24T10:11:12Z v1.2.3 A_B = c-d';

class PrefilteredSet implements PatternSet {
  readonly #matchers: readonly Matcher[];
  readonly #prefilter: Prefilter;
  readonly #holder: Holder;

  constructor(matchers: readonly Matcher[]) {
    this.#matchers = matchers;
    const nodes = matchers.map((matcher) => matcher.node);
    this.#prefilter = new Prefilter(nodes);
    this.#holder = new Holder(nodes);
  }

  get size(): number {
    return this.#matchers.length;
  }

  scan(text: string): readonly Finding[] {
    const bytes = Buffer.from(text);
    const candidates = this.#prefilter.candidates(bytes);
    if (candidates.length === 0) return NOTHING;
    const findings: Finding[] = [];
    const offsets = new Offsets(bytes, text);
    for (const candidate of candidates) this.#matchers[candidate]?.collect(text, bytes, offsets, findings);
    return settleFindings(findings);
  }

  hold(text: string): number {
    const whole = withoutHalf(text);
    return this.#holder.hold(whole);
  }
}
