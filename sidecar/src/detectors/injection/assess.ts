import type { Finding } from '../detector.ts';
import { views, viewsInSlices } from '../normalise/index.ts';
import { allAtOnce, type Sliced } from '../slices.ts';
import { withoutAgentNotes, withoutFileNames } from './agent-notes.ts';
import { CONCEALMENT, InjectionScorer, type Evidence } from './evidence.ts';
import { loadModel } from './model.ts';
import { PART, partsOf } from './parts.ts';
import { combine, UNTRUSTED_GAIN, USER_GAIN } from './windows.ts';

const MODEL = loadModel();
const SCORER = new InjectionScorer(MODEL);

/** Encoding of another sign is a sign itself: benign text has no reason to encode an instruction. */
const HIDDEN_SIGN = 0.7;
/**
 * Agents add notes to their users' text that the model must not mention: there concealment weighs less, and alone stays below the default
 * threshold. A tool's description has no such reason.
 */
const LESS_IN_NOTES = Math.log((1 - 0.2) / (1 - 0.55));
const MOST_OF_NOTE = 0.6;
const MOST_MODEL_OF_NOTE = 3.2;
const BELOW = 0.05;
/** Slope of the score over the evidence. */
const STEEPNESS = 2;
/** The scores at the thresholds of the two heads: 0.8 for users, 0.5 for untrusted text. */
const USER_ANCHOR = Math.log(0.8 / 0.2);
const UNTRUSTED_ANCHOR = 0;
/** Lower scores are dropped. */
const MIN_SCORE = 0.05;

/**
 * How likely a text is an attempt to take control of the model, over all its readings (folded and decoded). The finding spans the whole
 * text and names the strongest evidence (`injection.model` if that is the model's); null below a minimum. Pure, linear, never throws.
 */
export function assessInjection(text: string, untrusted: boolean, isDefinition = false): Finding | null {
  return allAtOnce(assessInSlices(text, untrusted, isDefinition));
}

/**
 * As `assessInjection`, part by part: a long text is as suspicious as the worst of its parts.
 *
 * @param isPlain whether the text has no views (`viewsOf`); absent: it is not known yet
 */
export function* assessInSlices(
  text: string,
  untrusted: boolean,
  isDefinition = false,
  isPlain?: boolean,
): Sliced<Finding | null> {
  let best: Finding | null = null;
  const named = withoutFileNames(text);
  const said = untrusted || isDefinition ? named : withoutAgentNotes(named);
  // A short text is its only part.
  const isOfPlain =
    said === text && said.length > PART && (isPlain ?? (yield* viewsInSlices(text)).length === 0);
  for (const part of partsOf(said)) {
    const found = assessPart(part, { untrusted, isDefinition, isOfPlain });
    if (found !== null && (best === null || found.score > best.score)) best = { ...found, end: text.length };
    yield;
  }
  return best;
}

interface Part {
  readonly untrusted: boolean;
  readonly isDefinition: boolean;
  /** Of a text without views. */
  readonly isOfPlain: boolean;
}

function assessPart(text: string, { untrusted, isDefinition, isOfPlain }: Part): Finding | null {
  let best: Finding | null = null;
  for (const view of views(text, isOfPlain)) {
    const evidence = SCORER.score(view.text, untrusted);
    const { signs, rule, model } = untrusted || isDefinition ? evidence : withoutNotes(evidence);
    const hidden = view.by.length > 0 && signs > 0 ? HIDDEN_SIGN : 0;
    const score = scoreOf(combine(signs, model, untrusted) + hidden, untrusted);
    if (score < MIN_SCORE || (best !== null && score <= best.score)) continue;
    const byModel = rule === null || model * (untrusted ? UNTRUSTED_GAIN : USER_GAIN) > signs;
    best = { rule: byModel ? 'injection.model' : rule, score, start: 0, end: text.length };
  }
  return best;
}

/** The evidence of a user's text, where concealment may be that of a note. */
function withoutNotes(evidence: Evidence): Evidence {
  if (!evidence.concealed) return evidence;
  const signs = evidence.signs - LESS_IN_NOTES;
  const isNote = evidence.rule === CONCEALMENT && signs < MOST_OF_NOTE && evidence.model < MOST_MODEL_OF_NOTE;
  if (!isNote) return { ...evidence, signs };
  const most = (MODEL.user.threshold - BELOW - signs) / USER_GAIN;
  return { ...evidence, signs, model: Math.min(evidence.model, most) };
}

function scoreOf(evidence: number, untrusted: boolean): number {
  const { threshold } = untrusted ? MODEL.untrusted : MODEL.user;
  const anchor = untrusted ? UNTRUSTED_ANCHOR : USER_ANCHOR;
  return 1 / (1 + Math.exp(-anchor - STEEPNESS * (evidence - threshold)));
}
