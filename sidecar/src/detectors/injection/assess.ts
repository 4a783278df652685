import type { Finding } from '../detector.ts';
import { views } from '../normalise/index.ts';
import { Witness } from './evidence.ts';
import { loadModel } from './model.ts';
import { combine, UNTRUSTED_GAIN, USER_GAIN } from './windows.ts';

const MODEL = loadModel();
const WITNESS = new Witness(MODEL);

/** Decoding that hid a sign is a sign of its own: honest text has no reason to encode an instruction. */
const HIDDEN_SIGN = 0.7;
/** Agents add notes to their users' text that the model is not to speak of: with no other sign that stays below the default threshold. */
const CONCEALMENT = 'injection.concealment';
const MOST_OF_NOTE = 0.6;
const MOST_MODEL_OF_NOTE = 3.2;
const BELOW = 0.05;
/** How fast the score rises with the evidence. */
const STEEPNESS = 2;
/** The scores at the thresholds of the two heads: 0.8 for users, 0.5 for untrusted text. */
const USER_ANCHOR = Math.log(0.8 / 0.2);
const UNTRUSTED_ANCHOR = 0;
/** Less is nobody's concern. */
const MIN_SCORE = 0.05;

/**
 * How much a text looks like an attempt to take over the model, over all its readings (folded and decoded). The finding spans the whole
 * text and names the strongest evidence (`injection.model` where that is the model's); null where there is next to none. Pure, linear,
 * never throws.
 */
export function assessInjection(text: string, untrusted: boolean): Finding | null {
  let best: Finding | null = null;
  for (const view of views(text)) {
    const { signs, rule, model } = WITNESS.hear(view.text, untrusted);
    const hidden = view.by.length > 0 && signs > 0 ? HIDDEN_SIGN : 0;
    const evidence = combine(signs, model, untrusted) + hidden;
    const isNote = !untrusted && rule === CONCEALMENT && signs < MOST_OF_NOTE && model < MOST_MODEL_OF_NOTE;
    const score = scoreOf(isNote ? Math.min(evidence, MODEL.user.threshold - BELOW) : evidence, untrusted);
    if (score < MIN_SCORE || (best !== null && score <= best.score)) continue;
    const byModel = rule === null || model * (untrusted ? UNTRUSTED_GAIN : USER_GAIN) > signs;
    best = { rule: byModel ? 'injection.model' : rule, score, start: 0, end: text.length };
  }
  return best;
}

function scoreOf(evidence: number, untrusted: boolean): number {
  const { threshold } = untrusted ? MODEL.untrusted : MODEL.user;
  const anchor = untrusted ? UNTRUSTED_ANCHOR : USER_ANCHOR;
  return 1 / (1 + Math.exp(-anchor - STEEPNESS * (evidence - threshold)));
}
