import { hasChatMarker } from './markers.ts';
import type { Head, Model } from './model.ts';
import { Reader, type TokenVisitor } from './reader.ts';
import { INJECTION_RULES } from './rules.ts';
import { SignFinder } from './signs.ts';
import { TermTable } from './terms.ts';
import { normOf, UNTRUSTED_WINDOW, USER_WINDOW } from './windows.ts';

/** The evidence in one text: the signs found, and the logit of the model for its worst window. */
export interface Evidence {
  /** −ln Π(1 − weight) over the ids of the rules found. */
  readonly signs: number;
  /** ID of the rule with the greatest weight; null if none was found. */
  readonly rule: string | null;
  /** True if concealment is among the signs. */
  readonly concealed: boolean;
  readonly model: number;
}

const MARKER = { id: 'injection.fake-role', weight: 0.8 };
export const CONCEALMENT = 'injection.concealment';
const RING = 63;
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
  readonly #ring = new Int32Array(RING + 1);
  /** The latest runs of three words. */
  readonly #triples = new Int32Array(8);
  #repeated = false;
  #head: Head;
  /** Shifts the weight of the head to the top of a payload. */
  #shift = USER_SHIFT;
  #window = USER_WINDOW;
  #words = 0;
  #sentence = 1;
  #sum = 0;
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
    this.#window = untrusted ? UNTRUSTED_WINDOW : USER_WINDOW;
    this.#signs.reset();
    this.#words = 0;
    this.#sentence = 1;
    this.#sum = 0;
    this.#worst = -Infinity;
    this.#ring[0] = 0;
    this.#triples.fill(0);
    this.#reader.read(text);
    return { ...this.#weigh(text, untrusted), model: this.#logit() };
  }

  word(full: number, stem: number, pair: number, triple: number, place: number): void {
    this.#words += 1;
    this.#repeated = this.#isRepeated(triple);
    this.#look(full, place);
    this.#look(stem, place);
    this.#look(pair, place);
    this.#look(triple, place);
    const words = this.#words;
    this.#ring[words & RING] = this.#sum;
    if (words >= this.#window) {
      const inside = this.#sum - (this.#ring[(words - this.#window) & RING] ?? 0);
      if (inside > this.#worst) this.#worst = inside;
    }
  }

  sentence(): void {
    this.#sentence = this.#words + 1;
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

  #logit(): number {
    const whole = this.#words < this.#window;
    const sum = whole ? this.#sum : this.#worst;
    return this.#head.bias + (sum * this.#head.scale) / normOf(whole ? this.#words : this.#window);
  }

  #weigh(text: string, untrusted: boolean): Omit<Evidence, 'model'> {
    const marked = hasChatMarker(text);
    if (!marked && this.#signs.found.length === 0) return { signs: 0, rule: null, concealed: false };
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
    return { signs, rule: strongest, concealed: weights.has(CONCEALMENT) };
  }
}

function weightsAt({ user, untrusted }: Model, at: number): number {
  return ((user.weights[at] ?? 0) & 0xff) | (((untrusted.weights[at] ?? 0) & 0xff) << 8);
}
