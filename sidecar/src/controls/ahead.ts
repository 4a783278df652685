import {
  assessInSlices,
  scanInSlices,
  viewsInSlices,
  type Detector,
  type Finding,
  type Sliced,
  type View,
} from '../detectors/index.ts';

/** What to scan in one text. */
export interface LongText {
  readonly text: string;
  readonly detectors: readonly Detector[];
  /** Null: not judged for injection. */
  readonly injection: { readonly untrusted: boolean; readonly isDefinition: boolean } | null;
}

/**
 * Findings in long texts, scanned in slices before the controls run: other exchanges go on in between. Controls that run on the same texts
 * get these findings, and scan the others themselves. Pure apart from its own memory; the clock is an argument.
 */
export class Ahead {
  readonly #allowedMs: number;
  readonly #now: () => number;
  readonly #views = new Map<string, readonly View[]>();
  readonly #findings = new Map<Detector, Map<string, readonly Finding[]>>();
  readonly #injections = new Map<string, Map<string, Finding | null>>();
  /** Milliseconds of work so far, which count towards the budget of the detectors. */
  spentMs = 0;

  constructor(allowedMs: number, now: () => number) {
    this.#allowedMs = allowedMs;
    this.#now = now;
  }

  /** Scans them, until the time is up: the controls then run out of time too. A detector that throws will throw there. */
  scan(texts: Iterable<LongText>): Sliced<void> {
    return this.during(this.#all(texts));
  }

  /** Other work on the texts, until the time is up. */
  *during(work: Sliced<void>): Sliced<void> {
    for (;;) {
      const startedMs = this.#now();
      const step = work.next();
      this.spentMs += this.#now() - startedMs;
      if (step.done === true || this.spentMs > this.#allowedMs) return;
      yield;
    }
  }

  /** Undefined: not known. */
  views(text: string): readonly View[] | undefined {
    return this.#views.get(text);
  }

  /** Undefined: not known. */
  findings(detector: Detector, text: string): readonly Finding[] | undefined {
    return this.#findings.get(detector)?.get(text);
  }

  /** Undefined: not known. */
  injection(text: string, untrusted: boolean, isDefinition: boolean): Finding | null | undefined {
    return this.#injections.get(`${untrusted} ${isDefinition}`)?.get(text);
  }

  *#all(texts: Iterable<LongText>): Sliced<void> {
    for (const { text, detectors, injection } of texts) {
      const views = yield* viewsInSlices(text);
      this.#views.set(text, views);
      if (injection !== null) yield* this.#assess(text, injection, views.length === 0);
      for (const detector of detectors)
        for (const one of [text, ...views.map((view) => view.text)]) yield* this.#scanOne(detector, one);
      yield;
    }
  }

  *#assess(
    text: string,
    { untrusted, isDefinition }: NonNullable<LongText['injection']>,
    isPlain: boolean,
  ): Sliced<void> {
    const finding = yield* assessInSlices(text, untrusted, isDefinition, isPlain);
    noteIn(this.#injections, `${untrusted} ${isDefinition}`, text, finding);
  }

  *#scanOne(detector: Detector, text: string): Sliced<void> {
    if (this.findings(detector, text) !== undefined) return;
    noteIn(this.#findings, detector, text, yield* scanInSlices(detector, text));
  }
}

function noteIn<K, V>(tables: Map<K, Map<string, V>>, key: K, text: string, value: V): void {
  let table = tables.get(key);
  if (table === undefined) tables.set(key, (table = new Map<string, V>()));
  table.set(text, value);
}
