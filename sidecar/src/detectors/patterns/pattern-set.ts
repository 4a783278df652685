import {
  AT_START,
  type Detector,
  type Finding,
  type Progress,
  type Resumed,
  type RunningPart,
} from '../detector.ts';
import { reachOf, settleFindings } from '../findings.ts';
import { encodedOf } from './encoded.ts';
import { contextOf, Holder, withoutHalf } from './holder.ts';
import { Matcher, type PatternSpec } from './matcher.ts';
import { Exclusions } from './exclusions.ts';
import { neededParts } from './needed.ts';
import { Prefilter } from './prefilter.ts';
import { shortest } from './syntax.ts';

/** Patterns searched together. Pure; linear in the text. */
export interface PatternSet {
  readonly size: number;
  scan(text: string): readonly Finding[];
  /** As `Detector.hold`. */
  hold(text: string, from?: number): number;
  /** As `Detector.resume`. */
  resume(part: RunningPart, progress: Progress): Resumed;
  /** As `Detector.warmUp`. */
  warmUp(): Iterable<void>;
}

const NOTHING: readonly Finding[] = [];

/**
 * One pass of a relaxed set selects candidates, which alone are run exactly. For patterns of a policy: all compiled now, so that nothing is
 * rejected later. @throws PatternError for the first unusable spec; SyntaxError if its prefixes are too large for RE2
 */
export function compilePatterns(specs: readonly PatternSpec[]): PatternSet {
  const matchers = matchersOf(specs);
  for (const matcher of matchers) matcher.check();
  const set = new PrefilteredSet(matchers);
  set.check();
  return set;
}

/** As `compilePatterns`, warmed up: RE2 builds its automata lazily, which would slow down the first exchange. */
export function createPatternDetector(id: string, specs: readonly PatternSpec[]): Detector {
  const detector = createDetector(id, compilePatterns(specs));
  Array.from(detector.warmUp?.() ?? []);
  return detector;
}

/**
 * For patterns that are known to compile, not warmed up (`Detector.warmUp`). Rarely needed ones are compiled on demand: they would dominate the
 * start.
 */
export function createBuiltinDetector(id: string, specs: readonly PatternSpec[]): Detector {
  return createDetector(id, new PrefilteredSet(matchersOf(specs)));
}

function matchersOf(specs: readonly PatternSpec[]): readonly Matcher[] {
  return specs.map((spec) => new Matcher(spec));
}

function createDetector(id: string, set: PatternSet): Detector {
  return {
    id,
    scan: (text) => set.scan(text),
    hold: (text, from) => set.hold(text, from),
    resume: (part, progress) => set.resume(part, progress),
    warmUp: () => set.warmUp(),
  };
}

const WARM_UP =
  'Dear reader, on 24 March 2021 the 3 cats of No. 10 (all "tabby") cost $1,250.50; see https://example.com/cats?id=7 or write to ' +
  'cats@example.com.\n- key: value\n{"a": [1, 2.5, null], "b": "été"}\n0123456789abcdef 2021-03-24T10:11:12Z v1.2.3 A_B = c-d';

class PrefilteredSet implements PatternSet {
  readonly #matchers: readonly Matcher[];
  readonly #prefilter: Prefilter;
  /** Of all matches, in code points. */
  readonly #shortest: number;
  /** Null until a stream is held, as the next: whole texts never are, and both take longer to build than all else. */
  #holder: Holder | null = null;
  #exclusions: Exclusions | null = null;

  constructor(matchers: readonly Matcher[]) {
    this.#matchers = matchers;
    this.#prefilter = new Prefilter(
      matchers.map(({ node, spec }) => ({
        parts: neededParts(node, spec.group !== undefined),
        shortest: shortest(node),
      })),
    );
    this.#shortest = Math.min(...matchers.map(({ node }) => shortest(node)));
  }

  /** @throws SyntaxError as `Holder` */
  #held(): Holder {
    return (this.#holder ??= new Holder(this.#matchers.map(({ node }) => node)));
  }

  #excluded(): Exclusions {
    return (this.#exclusions ??= new Exclusions(
      this.#matchers.map(({ node, spec }) => (spec.group === undefined ? null : node)),
    ));
  }

  get size(): number {
    return this.#matchers.length;
  }

  *warmUp(): Iterable<void> {
    this.scan(WARM_UP);
    yield;
    this.#excluded();
    yield;
    const holder = this.#held();
    yield;
    yield* holder.build();
    for (let end = 1; end < WARM_UP.length; end += 7) {
      this.hold(WARM_UP.slice(0, end));
      yield;
    }
  }

  /** Compiles the patterns that `hold` would compile on demand. @throws SyntaxError */
  check(): void {
    this.#excluded();
    this.#held().check();
  }

  scan(text: string): readonly Finding[] {
    const scanned = encodedOf(text);
    const candidates = this.#prefilter.candidates(scanned.bytes);
    if (candidates.length === 0) return NOTHING;
    const findings: Finding[] = [];
    for (const candidate of candidates) this.#matchers[candidate]?.collect(scanned, findings);
    return settleFindings(findings);
  }

  resume({ text, base, until }: RunningPart, progress: Progress): Resumed {
    const { findings, resumes } = this.#collect({ text, base, until }, progress);
    const due: Finding[] = [];
    const ahead: Finding[] = [];
    for (const finding of [...progress.ahead, ...findings])
      (finding.start < until ? due : ahead).push(finding);
    const settled = settleFindings(due, progress.reach);
    const reach = reachOf(settled, progress.reach);
    return { findings: settled, progress: { ...AT_START, from: until, reach, ahead, resumes } };
  }

  hold(text: string, from = 0): number {
    return this.#held().hold(withoutHalf(text), from);
  }

  /** Findings of the patterns from their resume offsets, and the next resume offsets. */
  #collect(
    { text, base, until }: RunningPart,
    { from, resumes }: Progress,
  ): { readonly findings: readonly Finding[]; readonly resumes: ReadonlyMap<number, number> } {
    const room = base + text.length - from;
    // Nothing more is settled, or no match fits into what has arrived.
    const isShort = resumes.size === 0 && room < this.#shortest;
    if (until <= from || isShort) return { findings: NOTHING, resumes };
    // Matches begin at `from` at the earliest: few patterns fit into what most pieces of a stream bring.
    const { bytes } = encodedOf(text.slice(contextOf(from - base)));
    const likely = this.#prefilter.candidates(bytes, room);
    // What excludes a lookalike may reach beyond `until`, and the number that it would keep from being found may be still to come.
    const excluding = until < base + text.length ? this.#excluded().candidates(bytes, room) : [];
    if (likely.length + excluding.length === 0 && resumes.size === 0) return { findings: NOTHING, resumes };
    const candidates = excluding.length === 0 ? likely : new Set([...likely, ...excluding]);
    const scanned = encodedOf(text);
    const findings: Finding[] = [];
    const later = new Map<number, number>();
    for (const [index, at] of resumes) if (at > until) later.set(index, at);
    for (const candidate of candidates) {
      const start = Math.max(from, resumes.get(candidate) ?? 0) - base;
      if (start + base >= until) continue;
      const next = this.#matchers[candidate]?.collect(scanned, findings, start, until - base) ?? 0;
      if (next + base > until) later.set(candidate, next + base);
    }
    return { findings: findings.map((finding) => moved(finding, base)), resumes: later };
  }
}

function moved(finding: Finding, by: number): Finding {
  return by === 0 ? finding : { ...finding, start: finding.start + by, end: finding.end + by };
}
