import {
  findsNothing,
  mergeSpans,
  scanText,
  type Budget,
  type Span,
  type Tally,
  type TextRule,
} from '../index.ts';

/** Left context that stays with the retained text, so that word boundaries are judged as in the whole text. UTF-16 code units. */
const CONTEXT = 64;

/** A running text with what arrived, of which nothing is found up to `released`. */
export interface Judged {
  readonly retained: string;
  /** Absolute. */
  readonly released: number;
}

/**
 * One running text of a stream, of which the client may only have what can no longer become part of a finding.
 * Offsets are absolute: UTF-16 code units since the text began. Owns the retained tail; everything before `released` is final.
 */
export class RunningText {
  readonly #key: string;
  readonly #rules: readonly TextRule[];
  readonly #tally: Tally;
  /** What is retained: the left context, then all that is not released yet. */
  #retained = '';
  /** Absolute offset of `#retained[0]`. */
  #base = 0;
  #released = 0;
  #spans: Span[] = [];

  constructor(key: string, rules: readonly TextRule[], tally: Tally) {
    this.#key = key;
    this.#rules = rules;
    this.#tally = tally;
  }

  /** Absolute offset before which everything is final. */
  get released(): number {
    return this.#released;
  }

  /** UTF-16 code units that arrived and are not final. */
  get held(): number {
    return this.length - this.#released;
  }

  /** Absolute offset of the end of what arrived. */
  get length(): number {
    return this.#base + this.#retained.length;
  }

  /** Adds what arrived; returns its absolute range. */
  push(piece: string, budget: Budget): { readonly start: number; readonly end: number } {
    const start = this.length;
    this.#retained += piece;
    this.#advance(this.#base + this.#hold(this.#retained, budget), budget);
    return { start, end: start + piece.length };
  }

  /**
   * What `push` of all of `piece` would come to, where no rule finds anything that begins in what becomes final; null where one does. Changes
   * nothing, the tally included.
   */
  judge(piece: string, budget: Budget): Judged | null {
    const retained = this.#retained + piece;
    const until = this.#hold(retained, budget);
    const from = this.#released - this.#base;
    if (until > from && !findsNothing(retained, this.#rules, { budget, range: { from, until } })) return null;
    return { retained, released: Math.max(this.#released, this.#base + until) };
  }

  /** Makes the last `judge` count. */
  accept({ retained, released }: Judged): void {
    this.#retained = retained;
    this.#released = released;
    this.#trim();
  }

  /** Nothing more will come: all of it becomes final. */
  end(budget: Budget): void {
    this.#advance(this.length, budget);
  }

  /** Spans to be replaced that touch `[start, end)`; call it for final ranges only. */
  spansIn(start: number, end: number): readonly Span[] {
    return this.#spans.filter((span) => span.start < end && span.end > start);
  }

  /** Forgets spans that end before `offset`: the frames that they touch are gone. */
  forget(offset: number): void {
    if (this.#spans.length > 0) this.#spans = this.#spans.filter((span) => span.end > offset);
  }

  #hold(text: string, budget: Budget): number {
    let hold = text.length;
    for (const { detector } of this.#rules)
      hold = Math.min(
        hold,
        budget.run(detector.id, () => detector.hold(text)),
      );
    return hold;
  }

  #advance(to: number, budget: Budget): void {
    if (to <= this.#released) return;
    const range = { from: this.#released - this.#base, until: to - this.#base };
    const found = scanText(this.#retained, this.#key, this.#rules, { tally: this.#tally, budget, range });
    if (found.length > 0) {
      const absolute = found.map((span) => ({
        ...span,
        start: span.start + this.#base,
        end: span.end + this.#base,
      }));
      this.#spans = mergeSpans([...this.#spans, ...absolute]);
    }
    this.#released = to;
    this.#trim();
  }

  /** Cuts the left context at white space, so that no token looks as if it began where the context does. */
  #trim(): void {
    const earliest = this.#released - this.#base - CONTEXT;
    if (earliest < CONTEXT) return;
    for (let cut = earliest; cut > 0; cut--) {
      if (this.#retained.charCodeAt(cut) > 0x20) continue;
      this.#retained = this.#retained.slice(cut);
      this.#base += cut;
      return;
    }
  }
}
