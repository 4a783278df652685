import { termKey } from './hashes.ts';
import { isMark, markKey } from './orders/marks.ts';
import { termsOf, type WordClass } from './lexicon.ts';
import type { InjectionRule } from './rules.ts';

/** Position of a word that a step may require. */
export const AT_BEGINNING = 1;
export const BEFORE_COLON = 2;
/** At a beginning, or the second sign of a script in which every sign counts as a word. */
export const NEAR_BEGINNING = 4;
/** There, or soon after a word that an order follows. */
const ORDERED = 8;
/** Those words, and how many words further an order begins, terms of three words included. */
const TOLD: WordClass = 'told';
const TOLD_REACH = 4;
/** Stands among the steps of a key for a word of that class. */
const TOLD_STEP = -1;
/** Words that make an order to share or send something its opposite: right before its verb, some right after it. */
const DENIAL: WordClass = 'denial';
const DENIAL_STEP = -2;
const DENIAL_AFTER: WordClass = 'denialAfter';
const DENIAL_AFTER_STEP = -3;
const DENIAL_REACH = 2;
/** The word is not denied. */
const AFFIRMED = 16;
/** Verbs that a denial disarms. */
const DENIABLE: ReadonlySet<WordClass> = new Set<WordClass>([
  'share',
  'send',
  'sendAway',
  'dispatch',
  'tellMe',
  'reveal',
  'recite',
  'pay',
  'deed',
]);
/** Words that give those before them another meaning: a contract supersedes agreements, and a link resets a password. */
const VOIDS: readonly (readonly [by: WordClass, step: WordClass])[] = [
  ['agreement', 'supersede'],
  ['resetting', 'data'],
];
/** The steps of these begin here, downwards. */
const FIRST_VOID_STEP = -4;

/** Classes that say how the words around them are meant: no rule names them. */
export const NOTED: readonly (readonly [WordClass, number])[] = [
  [TOLD, TOLD_STEP],
  [DENIAL, DENIAL_STEP],
  [DENIAL_AFTER, DENIAL_AFTER_STEP],
  ...VOIDS.map(([by], at) => [by, FIRST_VOID_STEP - at] as const),
];

interface Step {
  readonly name: WordClass;
  readonly flags: number;
  /** Maximum distance to the word of the previous step. */
  readonly reach: number;
}

/**
 * Finds the rules whose words follow each other. Every rule is a chain of steps; a word completes a step if the previous one was completed
 * near enough. The latest completion is always the best, so a single number per step is the whole state, and each word costs as many steps
 * as its classes occur in, whatever preceded it.
 */
export class SignFinder {
  readonly #keys = new Map<number, number[]>();
  readonly #flags: Uint8Array;
  readonly #reach: Int32Array;
  /** 1: no previous step; 2: the last one; 3: both. */
  readonly #place: Uint8Array;
  readonly #rule: Uint8Array;
  /** The word (1, 2, …) that completed the step last. */
  readonly #completed: Int32Array;
  readonly #seen: Uint8Array;
  readonly #found: number[] = [];
  /** The latest word after which an order may begin. */
  #told = 0;
  /** The latest denial. */
  #denial = 0;
  readonly #deniable: readonly number[];
  /** The steps that each of `VOIDS` takes back. */
  readonly #voided: readonly (readonly number[])[];
  #touched = false;

  constructor(rules: readonly InjectionRule[]) {
    const classes = new Classes();
    const chains = rules.map((rule) => stepsOf(rule.phrase, classes));
    const steps = chains.flat();
    this.#flags = Uint8Array.from(steps, (step) => step.flags);
    this.#reach = Int32Array.from(steps, (step) => step.reach);
    this.#place = Uint8Array.from(
      chains.flatMap((chain) => chain.map((_, at) => (at === 0 ? 1 : 0) | (at === chain.length - 1 ? 2 : 0))),
    );
    this.#rule = Uint8Array.from(chains.flatMap((chain, index) => chain.map(() => index)));
    this.#completed = new Int32Array(steps.length);
    this.#deniable = steps.flatMap(({ name }, at) => (DENIABLE.has(name) ? [at] : []));
    this.#voided = VOIDS.map(([, voided]) => steps.flatMap(({ name }, at) => (name === voided ? [at] : [])));
    this.#seen = new Uint8Array(rules.length);
    this.#index(steps, classes);
  }

  /** The steps that each key of a word or of words may complete. */
  get keys(): ReadonlyMap<number, readonly number[]> {
    return this.#keys;
  }

  /** The indexes of the rules found since the last reset. Valid until the next one. */
  get found(): readonly number[] {
    return this.#found;
  }

  reset(): void {
    if (!this.#touched) return;
    this.#completed.fill(0);
    this.#seen.fill(0);
    this.#found.length = 0;
    this.#told = 0;
    this.#denial = 0;
    this.#touched = false;
  }

  /**
   * A word of some class. `at`: its number; `first`: the number of the first word of its sentence; `span`: the number of words of its term.
   */
  meet(steps: readonly number[], at: number, first: number, place: number): void {
    this.#touched = true;
    const stands =
      place | this.#orderAt(at, first, place) | (this.#isDenied(at, first, place) ? 0 : AFFIRMED);
    for (const step of steps)
      if (step < 0) this.#note(step, at);
      else this.#complete(step, at, first, stands);
  }

  /** A word that says how others are meant. */
  #note(step: number, at: number): void {
    if (step === TOLD_STEP) this.#told = at;
    else if (step === DENIAL_STEP) this.#denial = at;
    else if (step === DENIAL_AFTER_STEP) this.#denyBefore(at);
    else this.#takeBack(this.#voided[FIRST_VOID_STEP - step] ?? []);
  }

  /** A comma ends what is denied. */
  #isDenied(at: number, first: number, place: number): boolean {
    if ((place & NEAR_BEGINNING) !== 0) return false;
    return this.#denial > 0 && this.#denial >= first && at - this.#denial <= DENIAL_REACH;
  }

  #denyBefore(at: number): void {
    for (const step of this.#deniable)
      if (at - (this.#completed[step] ?? 0) <= DENIAL_REACH) this.#completed[step] = 0;
  }

  /** The next step of their chains too. */
  #takeBack(steps: readonly number[]): void {
    for (const step of steps) {
      this.#completed[step] = 0;
      if (step + 1 < this.#place.length && ((this.#place[step + 1] ?? 0) & 1) === 0)
        this.#completed[step + 1] = 0;
    }
  }

  /** `ORDERED` if an order may begin here. */
  #orderAt(at: number, first: number, place: number): number {
    if ((place & NEAR_BEGINNING) !== 0) return ORDERED;
    return this.#told > 0 && this.#told >= first && at - this.#told <= TOLD_REACH ? ORDERED : 0;
  }

  #complete(step: number, at: number, first: number, place: number): void {
    const flags = this.#flags[step] ?? 0;
    if ((flags & place) !== flags) return;
    const position = this.#place[step] ?? 0;
    if ((position & 1) === 0) {
      const before = this.#completed[step - 1] ?? 0;
      if (before < first || before === 0 || at - before > (this.#reach[step] ?? 0)) return;
    }
    this.#completed[step] = at;
    if ((position & 2) !== 0) this.#find(this.#rule[step] ?? 0);
  }

  #find(rule: number): void {
    if (this.#seen[rule] !== 0) return;
    this.#seen[rule] = 1;
    this.#found.push(rule);
  }

  #index(steps: readonly Step[], classes: Classes): void {
    // Descending, so that one word never completes two steps of the same rule.
    for (const [index, { name }] of [...steps.entries()].reverse())
      for (const key of classes.get(name).keys) {
        const known = this.#keys.get(key);
        if (known === undefined) this.#keys.set(key, [index]);
        else known.push(index);
      }
    // Last, so that no word is told by itself.
    for (const [name, step] of NOTED)
      for (const key of classes.get(name).keys) this.#keys.set(key, [...(this.#keys.get(key) ?? []), step]);
  }
}

/** A term of several words matches at its last one, so its length is added to the reach. */
const TERM_SLACK = 2;

interface Terms {
  readonly keys: ReadonlySet<number>;
  /** Words of the longest term. */
  readonly longest: number;
}

/** The terms of each class, hashed once: most classes occur in many rules. */
class Classes {
  readonly #known = new Map<WordClass, Terms>();

  get(name: WordClass): Terms {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const terms = termsOf(name);
    const longest = Math.max(...terms.map((term) => term.split(' ').length));
    const made = {
      keys: new Set(terms.map((term) => (isMark(term) ? markKey(term) : termKey(term)))),
      longest,
    };
    this.#known.set(name, made);
    return made;
  }
}

function stepsOf(phrase: string, classes: Classes): readonly Step[] {
  const steps: Step[] = [];
  let gap = 0;
  for (const part of phrase.split(' ')) {
    if (/^\d+$/.test(part)) {
      gap = Number(part);
      continue;
    }
    const name = part.replace(/^[\^~!]|:$/g, '') as WordClass;
    const flags =
      (part.startsWith('^') ? AT_BEGINNING : 0) |
      (part.startsWith('~') ? NEAR_BEGINNING : 0) |
      (part.startsWith('!') ? ORDERED : 0) |
      (part.endsWith(':') ? BEFORE_COLON : 0) |
      (DENIABLE.has(name) ? AFFIRMED : 0);
    steps.push({ name, flags, reach: gap + 1 + (classes.get(name).longest > 1 ? TERM_SLACK : 0) });
    gap = 0;
  }
  return steps;
}
