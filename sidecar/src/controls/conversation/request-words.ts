import { LONG_TEXT, type Sliced } from '../../detectors/index.ts';
import type { Prompt, Segment } from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { privatePlaces } from '../action/private.ts';
import { trustIn, type Trust } from '../action/taint.ts';
import { TrustedResults } from '../action/trusted-results.ts';
import { Candidates } from './candidates.ts';
import { PassageSet } from './passage-set.ts';
import { isSampled, PASSAGE, PassageWindow, wordsIn, type PrintKey } from './passages.ts';
import { ALL_LABELS, PRIVATE, TAINTED, WRITTEN, type Print } from './print-memory.ts';

/** Passages of one text of others that are kept: enough to know a part of a long page again. */
const MAX_OF_TEXT = 64;
/** Words and texts between two slices. */
const SLICE = 1_024;

/** A candidate that the model said; of a result, the kind is its labels. */
export const SAID = 0;
/** A candidate of the system prompt. */
export const INSTRUCTED = 4;

/** What to look passages of the caller up in: the labels of one, and `WRITTEN`; null if nothing is known of the caller. */
export type Lookup = ((passage: Print) => number) | null;

/** The first text with each label; infinite: none has it. */
export interface Firsts {
  readonly tainted: number;
  readonly isPrivate: number;
}

class Marks implements Firsts {
  tainted = Infinity;
  isPrivate = Infinity;

  add(labels: number, index: number): void {
    if ((labels & TAINTED) !== 0) this.tainted = Math.min(this.tainted, index);
    if ((labels & PRIVATE) !== 0) this.isPrivate = Math.min(this.isPrivate, index);
  }
}

/** The words of a request, read once in slices: what is known of them, and what may be learnt. Of its passages it holds a bounded number. */
export class RequestWords {
  /** `unread`: not to the end. `needless`: nothing in the request is untrusted, and nothing is known of its caller. */
  state: 'unread' | 'needless' | 'read' = 'unread';
  /** What was said or read with a label before. */
  readonly linked = new Marks();
  /** Results. */
  readonly results = new Marks();
  /** The first text that the caller says to the model. */
  firstAsked = 0;
  /** Passages of the caller, the workload and trusted tools: who repeats them says nothing that is foreign. */
  readonly own = new PassageSet();
  /** Passages that others said before. */
  readonly others = new PassageSet();
  readonly candidates = new Candidates();
  /** The last words of the conversation. */
  readonly tail: PassageWindow;
  readonly #prompt: Prompt;
  readonly #policy: CompiledPolicy;
  readonly #key: PrintKey;
  readonly #lookup: Lookup;
  /** Sequences of words, across messages and parts: what callers say, what else they send, and what tools return. */
  readonly #asked: PassageWindow;
  readonly #asides: PassageWindow;
  readonly #returned: PassageWindow;
  readonly #ofCaller = new Pairs();
  readonly #ofResults = new Pairs();
  #steps = 0;

  constructor(prompt: Prompt, policy: CompiledPolicy, key: PrintKey, lookup: Lookup) {
    this.#prompt = prompt;
    this.#policy = policy;
    this.#key = key;
    this.#lookup = lookup;
    [this.tail, this.#asked, this.#asides, this.#returned] = [
      new PassageWindow(key),
      new PassageWindow(key),
      new PassageWindow(key),
      new PassageWindow(key),
    ];
  }

  *read(): Sliced<void> {
    if (yield* this.#isNeedless()) this.state = 'needless';
    else yield* this.readAll();
  }

  *readAll(): Sliced<void> {
    const trustOf = this.#trust();
    let hasAsked = false;
    for (const [index, segment] of this.#prompt.segments.entries()) {
      if (this.#isDue()) yield;
      const { trust, labels } = trustOf(segment);
      if (trust !== 'own' || labels !== 0) {
        yield* this.#readResult(segment, index, labels);
      } else if (segment.origin === 'assistant') {
        yield* this.#readSaid(segment, index);
      } else {
        if (!hasAsked && isRunning(segment)) this.firstAsked = index;
        hasAsked ||= isRunning(segment);
        yield* this.#readAsked(segment, index);
      }
    }
    this.state = 'read';
  }

  /** Short requests are read anyway, for what they say first without a label. */
  *#isNeedless(): Sliced<boolean> {
    const { segments, media, offers } = this.#prompt;
    if (this.#lookup !== null || media.length > 0 || offers.some(({ builtin }) => builtin)) return false;
    let chars = 0;
    const trustOf = this.#trust();
    for (const segment of segments) {
      if (this.#isDue()) yield;
      if (trustOf(segment).labels !== 0) return false;
      chars += segment.text.length;
    }
    return chars > LONG_TEXT;
  }

  #trust(): (segment: Segment) => { readonly trust: Trust; readonly labels: number } {
    const trustOf = trustIn(this.#prompt, new TrustedResults(this.#prompt, this.#policy.action.trusts));
    const places = privatePlaces(this.#prompt, this.#policy);
    return (segment) => {
      const trust = trustOf(segment);
      const labels = (trust === 'foreign' ? TAINTED : 0) | (places.contain(segment) ? PRIVATE : 0);
      return { trust, labels };
    };
  }

  *#readAsked(segment: Segment, index: number): Sliced<void> {
    const runs = isRunning(segment);
    const window = runs ? this.#asked : this.#asides;
    for (const { hash } of wordsIn(segment.text, this.#key)) {
      if (this.#isDue()) yield;
      const across = runs && this.tail.push(hash) ? this.tail.passage : null;
      const passage = window.push(hash) ? window.passage : null;
      if (across !== null && across.low !== passage?.low)
        this.#takeOwn(across, index, this.#ofCaller, ALL_LABELS);
      if (passage !== null) this.#takeOwn(passage, index, this.#ofCaller, ALL_LABELS);
    }
    if (segment.origin !== 'system' || segment.channel !== 'content') return;
    for (const passage of yield* this.#pick(segment.text)) this.candidates.add(passage, index, INSTRUCTED);
  }

  *#readSaid(segment: Segment, index: number): Sliced<void> {
    const window = isRunning(segment) ? this.tail : new PassageWindow(this.#key);
    let count = 0;
    for (const { hash } of wordsIn(segment.text, this.#key)) {
      if (this.#isDue()) yield;
      count += 1;
      if (!window.push(hash)) continue;
      const { passage } = window;
      this.linked.add(this.#lookup?.(passage) ?? 0, index);
      this.others.add(passage);
      if (count === PASSAGE || (count > PASSAGE && isSampled(passage))) this.#propose(passage, index, SAID);
    }
    if (count > 0 && window.isFull) this.#propose(window.passage, index, SAID);
  }

  *#readResult(segment: Segment, index: number, labels: number): Sliced<void> {
    this.results.add(labels, index);
    for (const { hash } of wordsIn(segment.text, this.#key)) {
      if (this.#isDue()) yield;
      if (!this.#returned.push(hash)) continue;
      const { passage } = this.#returned;
      if (labels === 0) {
        this.#takeOwn(passage, index, this.#ofResults, WRITTEN);
      } else {
        this.#link(passage, index, this.#ofResults, WRITTEN);
        this.others.add(passage);
      }
    }
    if (labels === 0) return;
    for (const passage of yield* this.#pick(segment.text)) this.#propose(passage, index, labels);
  }

  /** The passages of a text that are kept: the first, the last, and some of one in eight. */
  *#pick(text: string): Sliced<readonly Print[]> {
    const window = new PassageWindow(this.#key);
    const picked = new Picked();
    let isFirst = true;
    for (const { hash } of wordsIn(text, this.#key)) {
      if (this.#isDue()) yield;
      if (!window.push(hash)) continue;
      const { passage } = window;
      if (isFirst || isSampled(passage)) picked.add(passage);
      isFirst = false;
    }
    if (window.isFull) picked.add(window.passage);
    return picked.all();
  }

  /** A passage is the caller's, unless others said it before. */
  #takeOwn(passage: Print, index: number, pairs: Pairs, asking: number): void {
    if (this.#link(passage, index, pairs, asking) || this.others.isFull || this.others.has(passage))
      this.others.add(passage);
    else this.own.add(passage);
  }

  /** True if it has labels, and something that is asked for. A caller or a trusted tool may happen to use the words of one passage. */
  #link(passage: Print, index: number, pairs: Pairs, asking: number): boolean {
    const known = this.#lookup?.(passage) ?? 0;
    if ((known & asking) === 0) return false;
    this.linked.add(pairs.add(known, passage), index);
    return true;
  }

  #propose(passage: Print, index: number, kind: number): void {
    if (!this.own.has(passage)) this.candidates.add(passage, index, kind);
  }

  #isDue(): boolean {
    this.#steps += 1;
    return this.#steps % SLICE === 0;
  }
}

/** Labels that two passages have. */
class Pairs {
  readonly #first = new Map<number, Print>();

  /** The labels that another passage had before. */
  add(labels: number, passage: Print): number {
    let paired = 0;
    for (const label of [TAINTED, PRIVATE]) {
      if ((labels & label) === 0) continue;
      const first = this.#first.get(label);
      if (first === undefined) this.#first.set(label, passage);
      else if (first.low !== passage.low || first.high !== passage.high) paired |= label;
    }
    return paired;
  }
}

/** Of many passages of a text those with the lowest prints: of the same text the same ones, also where it is a part of another. */
class Picked {
  #passages: Print[] = [];

  add(passage: Print): void {
    this.#passages.push(passage);
    if (this.#passages.length >= 4 * MAX_OF_TEXT) this.#passages = [...this.all()];
  }

  all(): readonly Print[] {
    if (this.#passages.length <= MAX_OF_TEXT) return this.#passages;
    return this.#passages.sort((a, b) => a.low - b.low).slice(0, MAX_OF_TEXT);
  }
}

/** Reasoning, calls and metadata are often not sent again. */
function isRunning({ channel }: Segment): boolean {
  return channel === 'content' || channel === 'refusal';
}
