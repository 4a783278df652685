import { hasChatMarker } from './markers.ts';
import type { Head, Model } from './model.ts';
import { AT_SENTENCE, normOf, PieceCounter } from './pieces.ts';
import { Reader, type TokenVisitor } from './reader.ts';
import { INJECTION_RULES } from './rules.ts';
import { BEFORE_COLON, SignFinder } from './signs.ts';
import { TermTable } from './terms.ts';

/** The evidence in one text: the signs found, and the logit of the model for its worst pieces. */
export interface Evidence {
  /** −ln Π(1 − weight) over the ids of the rules found. */
  readonly signs: number;
  /** ID of the rule with the greatest weight; null if none was found. */
  readonly rule: string | null;
  /** True if concealment is among the signs. */
  readonly concealed: boolean;
  /** −Infinity without words. */
  readonly model: number;
}

const MARKER = { id: 'injection.fake-role', weight: 0.8 };
export const CONCEALMENT = 'injection.concealment';
/** Encoding of another sign is a sign itself: benign text has no reason to encode an instruction. In units of ranks. */
export const HIDDEN_SIGN = 1.5;
/** A payload: the weights of both heads, a byte each, and from bit 16 on the number of a list of steps. */
const PRESENT = 1 << 31;
const STEPS_SHIFT = 16;
const USER_SHIFT = 24;
const UNTRUSTED_SHIFT = 16;

/** Scores texts one after the other: holds the state of one text at a time. */
export class InjectionScorer implements TokenVisitor {
  readonly #model: Model;
  readonly #signs = new SignFinder(INJECTION_RULES);
  readonly #table: TermTable;
  readonly #steps: (readonly number[])[] = [];
  readonly #reader = new Reader(this);
  readonly #piece = new PieceCounter();
  /** The latest runs of three words. */
  readonly #triples = new Int32Array(8);
  #repeated = false;
  #head: Head;
  /** Shifts the weight of the head to the top of a payload. */
  #shift = USER_SHIFT;
  #words = 0;
  /** Places of the latest two words. */
  #placeBefore = 0;
  #placeBeforePair = 0;
  #sentence = 1;
  /** Over the current piece and over the one before, in units of the head's scale. */
  #sum = 0;
  #sumBefore = 0;
  #wordsBefore = 0;
  #worst = 0;

  constructor(model: Model) {
    this.#model = model;
    this.#head = model.user;
    this.#table = new TermTable(model.keys.length + this.#signs.keys.size);
    // Plain loops: at start this code is not compiled yet, and there are tens of thousands of keys.
    for (let at = 0; at < model.keys.length; at++)
      this.#table.set(model.keys[at] ?? 0, PRESENT | weightsAt(model, at));
    for (const [key, steps] of this.#signs.keys) {
      this.#steps.push(steps);
      this.#table.set(key, PRESENT | this.#table.find(key) | (this.#steps.length << STEPS_SHIFT));
    }
  }

  /** The text is folded. */
  score(text: string, untrusted: boolean): Evidence {
    this.#head = untrusted ? this.#model.untrusted : this.#model.user;
    this.#shift = untrusted ? UNTRUSTED_SHIFT : USER_SHIFT;
    this.#signs.reset();
    this.#words = 0;
    this.#placeBefore = this.#placeBeforePair = 0;
    this.#sentence = 1;
    this.#sum = this.#sumBefore = this.#wordsBefore = 0;
    this.#worst = -Infinity;
    this.#piece.begin();
    this.#triples.fill(0);
    this.#reader.read(text);
    if (this.#piece.words > 0) this.#endPiece();
    const model = this.#head.bias + this.#worst * this.#head.scale;
    return this.#weigh(text, untrusted, model);
  }

  word(full: number, stem: number, pair: number, triple: number, place: number): void {
    this.#words += 1;
    this.#repeated = this.#isRepeated(triple);
    const end = place & BEFORE_COLON;
    this.#look(full, place);
    this.#look(stem, place);
    // A term of several words stands where its first word does.
    this.#look(pair, this.#placeBefore | end);
    this.#look(triple, this.#placeBeforePair | end);
    this.#placeBeforePair = this.#placeBefore;
    this.#placeBefore = place & ~BEFORE_COLON;
    if (this.#piece.word()) this.#endPiece();
  }

  mark(key: number): void {
    const steps = (this.#table.find(key) & ~PRESENT) >> STEPS_SHIFT;
    if (steps !== 0) this.#signs.meet(this.#steps[steps - 1] ?? [], this.#words, this.#sentence, 0);
  }

  sentence(): void {
    this.#sentence = this.#words + 1;
    this.pause(AT_SENTENCE);
  }

  pause(words: number): void {
    if (this.#piece.words >= words) this.#endPiece();
  }

  #endPiece(): void {
    const { words } = this.#piece;
    const both = words + this.#wordsBefore;
    this.#worst = Math.max(
      this.#worst,
      this.#sum / normOf(words),
      (this.#sum + this.#sumBefore) / normOf(both),
    );
    this.#sumBefore = this.#sum;
    this.#wordsBefore = words;
    this.#sum = 0;
    this.#piece.begin();
  }

  /** A repeated run of three words counts once. */
  #isRepeated(triple: number): boolean {
    const triples = this.#triples;
    // `includes` of a typed array leaves compiled code, for each word of a text.
    let repeated = false;
    for (const known of triples) if (known === triple) repeated = true;
    triples[this.#words % triples.length] = triple;
    return repeated;
  }

  #look(key: number, place: number): void {
    const payload = this.#table.find(key);
    if (payload === 0) return;
    if (!this.#repeated) this.#sum += (payload << this.#shift) >> 24;
    const steps = (payload & ~PRESENT) >> STEPS_SHIFT;
    if (steps !== 0) this.#signs.meet(this.#steps[steps - 1] ?? [], this.#words, this.#sentence, place);
  }

  #weigh(text: string, untrusted: boolean, model: number): Evidence {
    const marked = hasChatMarker(text);
    if (!marked && this.#signs.found.length === 0) return { signs: 0, rule: null, concealed: false, model };
    const weights = new Map<string, number>(marked ? [[MARKER.id, MARKER.weight]] : []);
    for (const index of this.#signs.found) {
      const rule = INJECTION_RULES[index];
      if (rule === undefined || (untrusted ? rule.userOnly : rule.untrustedOnly) === true) continue;
      weights.set(rule.id, Math.max(rule.weight, weights.get(rule.id) ?? 0));
    }
    let signs = 0;
    let strongest: string | null = null;
    for (const [rule, weight] of weights) {
      signs -= Math.log(1 - weight);
      if (strongest === null || weight > (weights.get(strongest) ?? 0)) strongest = rule;
    }
    return { signs, rule: strongest, concealed: weights.has(CONCEALMENT), model };
  }
}

function weightsAt({ user, untrusted }: Model, at: number): number {
  return ((user.weights[at] ?? 0) & 0xff) | (((untrusted.weights[at] ?? 0) & 0xff) << 8);
}
