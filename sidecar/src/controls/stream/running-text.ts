import {
  besidePseudonyms,
  besideSigns,
  inOriginal,
  JsonPlace,
  mergeSpans,
  noteFindings,
  quoted,
  withoutOwn,
  type Budget,
  type Span,
  type Tally,
  type TextRule,
} from '../index.ts';
import { decidingKey } from '../../exchange/index.ts';
import {
  beforeGroups,
  forgetUnits,
  NOTHING_READ,
  offsetsIn,
  originalOffset,
  READERS,
  type Finding,
  type Reader,
  type Reading,
} from '../../detectors/index.ts';
import { emptyLane, holdOf, scanOn, type FoundByRule, type Lane } from './lane.ts';

/** Longer numbers are released as they arrive. UTF-16 code units. */
const MAX_SCALAR = 64;

/** A running text with the arrived piece, as far as it is retained. Immutable. */
interface Kept {
  /** The text, raw. */
  readonly raw: Lane;
  /** One per reader: each reads what the one before has read. */
  readonly readings: readonly Reading[];
  /** The text of each reader; null while it is that of the one before. */
  readonly views: readonly (Lane | null)[];
}

/** The result of judging a piece. */
export interface Judged {
  readonly kept: Kept;
  /** Findings of each rule, in all views, in the text that became final. */
  readonly found: FoundByRule;
  /** The text that was not final before. */
  readonly text: string;
}

/**
 * One running text of a stream; the client may have only the part that can no longer become part of a finding. Offsets are absolute: UTF-16
 * code units since the text began. Owns the retained tail; everything before `released` is final.
 */
export class RunningText {
  readonly #key: string;
  readonly #rules: readonly TextRule[];
  readonly #tally: Tally;
  #kept: Kept;
  #spans: Span[] = [];
  readonly #changedBy = new Set<string>();
  #place = new JsonPlace();
  /** The last one reads pseudonyms, if a rule restores them. */
  readonly #readers: readonly Reader[];

  constructor(key: string, rules: readonly TextRule[], tally: Tally) {
    this.#key = key;
    this.#rules = rules;
    this.#tally = tally;
    const restores = rules.at(-1)?.restores;
    this.#readers = restores === undefined ? READERS : [...READERS, restores.reader];
    this.#kept = {
      raw: emptyLane(rules),
      readings: this.#readers.map(() => NOTHING_READ),
      views: this.#readers.map(() => null),
    };
  }

  /** Absolute offset before which everything is final. */
  get released(): number {
    return this.#kept.raw.from;
  }

  /** UTF-16 code units that arrived and are not final. */
  get held(): number {
    return this.length - this.released;
  }

  /** Absolute offset of the end of the arrived text. */
  get length(): number {
    return endOf(this.#kept.raw);
  }

  /** Keys of the policy by which part of it was replaced, or will be. */
  get changedBy(): readonly string[] {
    return [...this.#changedBy];
  }

  /** A copy of the text up to here, which continues independently. Findings so far stay with this one. */
  fork(key: string): RunningText {
    const other = new RunningText(key, this.#rules, this.#tally);
    other.#kept = this.#kept;
    other.#place = this.#place.copy();
    return other;
  }

  /** Adds a piece; returns its absolute range. */
  push(piece: string, budget: Budget): { readonly start: number; readonly end: number } {
    const start = this.length;
    this.#note(this.#next(piece, false, budget));
    return { start, end: start + piece.length };
  }

  /**
   * The result that `push` of all of `piece` would have without findings; null if a rule finds something. Changes nothing, not even the
   * tally.
   */
  judge(piece: string, budget: Budget): Judged | null {
    const judged = this.#next(piece, false, budget);
    return judged.found.some((findings) => findings.length > 0) ? null : judged;
  }

  /** Commits the last `judge`. */
  accept(judged: Judged): void {
    this.#note(judged);
  }

  /** The text is complete: all of it becomes final. */
  end(budget: Budget): void {
    this.#note(this.#next('', true, budget));
  }

  /** Spans to replace that touch `[start, end)`; call it for final ranges only. */
  spansIn(start: number, end: number): readonly Span[] {
    if (this.#spans.length === 0) return this.#spans;
    return this.#spans.filter((span) => span.start < end && span.end > start);
  }

  /** Drops spans that end before `offset`: the frames they touch were released. */
  forget(offset: number): void {
    if (this.#spans.length > 0) this.#spans = this.#spans.filter((span) => span.end > offset);
  }

  /** The text with `piece`, scanned as far as it is final, and the findings of each rule in all views. */
  #next(piece: string, last: boolean, budget: Budget): Judged {
    const grown = grow(this.#kept, this.#readers, piece, last);
    const until = this.#finalUntil(grown, last, budget);
    const text = grown.raw.text.slice(this.released - grown.raw.base);
    if (until === this.released) return { kept: grown, found: [], text };
    const { readings } = grown;
    const raw = scanOn(grown.raw, until, this.#rules, budget);
    if (isAsWritten(grown))
      return { kept: { ...grown, raw: raw.lane }, found: this.#withRestored(raw.found, [], readings), text };
    const offsets = offsetsIn(readings, until);
    const views = grown.views.map((view, index) =>
      view === null ? null : scanOn(view, offsets[index] ?? until, this.#rules, budget),
    );
    const isPlain = readings[0]?.units.length === 0 && views.every((view) => view === null);
    const found = isPlain ? raw.found : foundIn(raw.found, views, readings);
    const kept = {
      raw: raw.lane,
      readings: readings.map((reading, index) => forgetUnits(reading, offsets[index - 1] ?? until)),
      views: views.map((view) => view?.lane ?? null),
    };
    return { kept, found: this.#withRestored(found, views.at(-1)?.found ?? [], readings), text };
  }

  #withRestored(found: FoundByRule, restored: FoundByRule, readings: readonly Reading[]): FoundByRule {
    if (this.#readers.length === READERS.length) return found;
    const own = restored.map((findings) => inOriginal(withoutOwn(findings, readings.at(-1)), readings));
    return besidePseudonyms(found, own, this.#rules.length - 1);
  }

  /** The end of the final text: before any possible start of a finding in any view, and never inside of an escape. */
  #finalUntil(grown: Kept, last: boolean, budget: Budget): number {
    const { raw, readings } = grown;
    if (last) return endOf(raw);
    let until = holdOf(raw, this.#rules, budget);
    if (isAsWritten(grown) && readings.every(({ pending }) => pending === ''))
      return Math.max(raw.from, until - this.#scalarBefore(until, raw));
    for (const [index, { own }] of lanesOf(grown).entries()) {
      if (own === null) continue;
      const hold = holdOf(own, this.#rules, budget);
      until = Math.min(until, originalOffset(readings.slice(0, index + 1), hold));
    }
    until = Math.max(raw.from, beforeGroups(readings, until));
    return Math.max(raw.from, beforeGroups(readings, until - this.#scalarBefore(until, raw)));
  }

  /** Length of the JSON number or word before `until`: it is replaced as a whole or not at all. */
  #scalarBefore(until: number, { text, base, from }: Lane): number {
    if (until === from) return 0;
    const place = this.#place.copy();
    place.follow(text.slice(from - base, until - base));
    const begun = place.scalar?.begun ?? 0;
    return begun > MAX_SCALAR ? 0 : begun;
  }

  #note({ kept, found, text }: Judged): void {
    const { released } = this;
    const spans = this.#rules.flatMap((rule, index) => {
      const findings = found[index] ?? [];
      const made = noteFindings(findings, this.#key, rule, this.#tally, { text, base: released });
      const [first] = findings;
      if (made.length > 0 && first !== undefined) this.#changedBy.add(keyOf(rule, first));
      return made;
    });
    let at = 0;
    const added = mergeSpans(spans).map((span) => {
      const start = span.start - released;
      this.#place.follow(text.slice(at, start));
      at = start;
      return quoted(span, text, this.#place, released);
    });
    if (added.length > 0) this.#spans = mergeSpans([...this.#spans, ...added]);
    this.#place.follow(text.slice(at, kept.raw.from - released));
    this.#kept = kept;
  }
}

/** Pseudonyms are restored where the policy has personal data replaced by them. */
function keyOf({ control, restores }: TextRule, { rule }: Finding): string {
  return decidingKey({ control, rule }) ?? (restores === undefined ? control : 'ingress.pii');
}

/** What was found in the text and in its views, by places in the text. */
function foundIn(
  raw: FoundByRule,
  views: readonly ({ readonly found: FoundByRule } | null)[],
  readings: readonly Reading[],
): FoundByRule {
  return raw.map((findings, rule) => [
    ...views
      .slice(0, READERS.length)
      .flatMap((view, index) => inOriginal(view?.found[rule] ?? [], readings.slice(0, index + 1))),
    ...besideSigns(findings, readings),
  ]);
}

function endOf({ text, base }: Lane): number {
  return base + text.length;
}

/** Of each reader: its text so far, and the same if it is not that of the one before, pending text included. */
function lanesOf({
  raw,
  readings,
  views,
}: Kept): readonly { readonly text: Lane; readonly own: Lane | null }[] {
  let below = raw;
  return readings.map(({ pending }, index) => {
    const own = views[index] ?? (pending === '' ? null : without(below, pending));
    below = own ?? below;
    return { text: below, own };
  });
}

function grow(kept: Kept, readers: readonly Reader[], piece: string, last: boolean): Kept {
  let given = piece;
  const texts: string[] = [];
  const readings: Reading[] = [];
  for (const [index, read] of readers.entries()) {
    const before = kept.readings[index] ?? NOTHING_READ;
    const [above, done] = [kept.readings[index - 1], readings[index - 1]];
    // What one reader leaves as it is, the same one leaves too.
    const isSame = read === readers[index - 1] && done?.pending === '' && !done.differs;
    if (isSame && above !== undefined && areAlike(before, above)) readings.push(done);
    else {
      const next = read(before, given, last);
      given = next.text;
      readings.push(next.reading);
    }
    texts.push(given);
  }
  const raw = { ...kept.raw, text: kept.raw.text + piece };
  if (readings.every(({ differs }) => !differs)) return { raw, readings, views: readings.map(() => null) };
  // Up to here, the text was that of the reader before.
  const views = lanesOf(kept).map(({ text: lane }, index) =>
    readings[index]?.differs === true ? { ...lane, text: lane.text + (texts[index] ?? '') } : null,
  );
  return { raw, readings, views };
}

/** Nothing was read as something else: there are no units and no views. */
function isAsWritten({ readings }: Kept): boolean {
  return readings.every(({ differs }) => !differs);
}

/** Two readings that leave nothing open, and of which each continues like the other. */
function areAlike(one: Reading, other: Reading): boolean {
  if (one.pending !== '' || one.differs) return false;
  if (one === other) return true;
  const isWritten = other.pending === '' && !other.differs && one.mode === null && other.mode === null;
  return isWritten && one.original === other.original && one.behind === other.behind;
}

function without(lane: Lane, pending: string): Lane {
  return { ...lane, text: lane.text.slice(0, lane.text.length - pending.length) };
}
