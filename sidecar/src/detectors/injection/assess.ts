import type { Finding } from '../detector.ts';
import { views } from '../normalise/index.ts';
import { hasChatMarker } from './markers.ts';
import { Reader, type WordListener } from './reader.ts';
import { INJECTION_RULES } from './rules.ts';
import { SignFinder } from './signs.ts';
import { TermTable } from './terms.ts';

/** What one reading of a text says. */
export class Evidence implements WordListener {
  readonly signs = new SignFinder(INJECTION_RULES);
  readonly #table: TermTable;
  readonly #steps: readonly (readonly number[])[];
  readonly #reader = new Reader(this);
  #words = 0;
  #sentence = 1;

  constructor() {
    const keys = [...this.signs.keys.keys()];
    this.#table = new TermTable(keys);
    this.#steps = keys.map((key) => this.signs.keys.get(key) ?? []);
  }

  collect(text: string): void {
    this.signs.reset();
    this.#words = 0;
    this.#sentence = 1;
    this.#reader.read(text);
  }

  word(full: number, stem: number, pair: number, triple: number, place: number): void {
    this.#words += 1;
    this.#look(full, place);
    this.#look(stem, place);
    this.#look(pair, place);
    this.#look(triple, place);
  }

  sentence(): void {
    this.#sentence = this.#words + 1;
  }

  #look(key: number, place: number): void {
    const term = this.#table.find(key);
    if (term === 0) return;
    const steps = this.#steps[term - 1];
    if (steps !== undefined) this.signs.meet(steps, this.#words, this.#sentence, place);
  }
}

const EVIDENCE = new Evidence();
/** Decoding that hid a sign is a sign of its own: honest text has no reason to encode an instruction. */
const HIDDEN_BONUS = 0.5;
const MARKER = { id: 'injection.fake-role', weight: 0.8 };

/**
 * How much a text looks like an attempt to take over the model, over all its readings (folded and decoded). The finding spans the whole
 * text and names the strongest rule; null where there is no sign at all. Pure, linear, never throws.
 */
export function assessInjection(text: string, untrusted: boolean): Finding | null {
  let best: Finding | null = null;
  for (const view of views(text)) {
    const found = scoreOf(view.text, untrusted, view.by.length > 0);
    if (found !== null && (best === null || found.score > best.score))
      best = { ...found, start: 0, end: text.length };
  }
  return best;
}

function scoreOf(
  text: string,
  untrusted: boolean,
  hidden: boolean,
): { readonly score: number; readonly rule: string } | null {
  EVIDENCE.collect(text);
  const marked = hasChatMarker(text);
  if (!marked && EVIDENCE.signs.found.length === 0) return null;
  const weights = new Map<string, number>();
  if (marked) weights.set(MARKER.id, MARKER.weight);
  for (const index of EVIDENCE.signs.found) {
    const rule = INJECTION_RULES[index];
    if (rule === undefined || (rule.untrustedOnly === true && !untrusted)) continue;
    weights.set(rule.id, Math.max(rule.weight, weights.get(rule.id) ?? 0));
  }
  if (weights.size === 0) return null;
  let strongest = '';
  let doubt = hidden ? 1 - HIDDEN_BONUS : 1;
  for (const [rule, weight] of weights) {
    doubt *= 1 - weight;
    if (weight > (weights.get(strongest) ?? 0)) strongest = rule;
  }
  return { score: 1 - doubt, rule: strongest };
}
