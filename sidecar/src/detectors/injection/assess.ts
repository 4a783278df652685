import type { Finding } from '../detector.ts';
import { views, viewsInSlices } from '../normalise/index.ts';
import { allAtOnce, LONG_TEXT, type Sliced } from '../slices.ts';
import { withoutAgentNotes, withoutFileNames } from './agent-notes.ts';
import { CONCEALMENT, HIDDEN_SIGN, InjectionScorer, type Evidence } from './evidence.ts';
import { loadModel } from './model.ts';
import { PART, partsOf } from './parts.ts';
import { rankOf } from './tails.ts';

const MODEL = loadModel();
const SCORER = new InjectionScorer(MODEL);

/**
 * Agents add notes to their users' text that the model must not mention: there concealment weighs less, and alone stays below the default
 * threshold. A tool's description has no such reason.
 */
const LESS_IN_NOTES = Math.log((1 - 0.2) / (1 - 0.55));
const MOST_OF_NOTE = 0.6;
/** One honest text in so many has a logit of this rank: −ln of the share. */
const MOST_MODEL_OF_NOTE = 6;
const BELOW = 0.1;
/** A sign says more to a reader than the model: it names the finding unless the model's rank is so many times its own. */
const SIGN_NAMES = 2;
/** Descriptions of tools instruct by nature, which the model knows of few honest users: of its rank counts what is above this. */
const LESS_IN_DEFINITIONS = 4;
/** Slope of the score over the sum of ranks. */
const STEEPNESS = 1;
/** The scores at the thresholds of the two heads: 0.8 for users, 0.5 for untrusted text. */
const USER_ANCHOR = Math.log(0.8 / 0.2);
const UNTRUSTED_ANCHOR = 0;
/** Lower scores are dropped. */
const MIN_SCORE = 0.05;

/**
 * How likely a text is an attempt to take control of the model, over all its readings (folded and decoded). The finding spans the whole
 * text and names its strongest sign (`injection.model` if the model says far more, or alone); null below a minimum. Pure, linear, never throws.
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
  const said = yield* saidIn(text, !untrusted && !isDefinition);
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

/** A text without what says nothing, line by line where it is long. */
function* saidIn(text: string, isOfUser: boolean): Sliced<string> {
  const said: string[] = [];
  for (let at = 0; at < text.length;) {
    // In this part alone: without line ends the search would go back to the beginning of the text.
    const line = text.slice(at, at + LONG_TEXT + 1).lastIndexOf('\n') + 1;
    const end = text.length - at <= LONG_TEXT ? text.length : at + (line > 0 ? line : LONG_TEXT);
    const named = withoutFileNames(text.slice(at, end));
    said.push(isOfUser ? withoutAgentNotes(named) : named);
    at = end;
    if (at < text.length) yield;
  }
  return said.join('');
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
    const ranks = ranksOf(SCORER.score(view.text, untrusted), untrusted);
    const { signs, rule, model: said } = untrusted || isDefinition ? ranks : withoutNotes(ranks);
    const model = isDefinition ? Math.max(0, said - LESS_IN_DEFINITIONS) : said;
    const hidden = view.by.length > 0 && signs > 0 ? HIDDEN_SIGN : 0;
    const score = scoreOf(signs + model + hidden, untrusted);
    if (score < MIN_SCORE || (best !== null && score <= best.score)) continue;
    const byModel = rule === null || model > SIGN_NAMES * signs;
    best = { rule: byModel ? 'injection.model' : rule, score, start: 0, end: text.length };
  }
  return best;
}

/** Evidence with ranks in place of its values: Fisher's sum adds them. */
interface Ranks extends Evidence {
  /** The sum of the signs itself. */
  readonly weight: number;
}

function ranksOf(evidence: Evidence, untrusted: boolean): Ranks {
  const { modelTail, signTail } = untrusted ? MODEL.untrusted : MODEL.user;
  return {
    weight: evidence.signs,
    ...evidence,
    signs: rankOf(signTail, evidence.signs),
    model: rankOf(modelTail, evidence.model),
  };
}

/** The ranks of a user's text, where concealment may be that of a note. */
function withoutNotes(ranks: Ranks): Ranks {
  if (!ranks.concealed) return ranks;
  const weight = ranks.weight - LESS_IN_NOTES;
  const signs = rankOf(MODEL.user.signTail, weight);
  const isNote = ranks.rule === CONCEALMENT && weight < MOST_OF_NOTE && ranks.model < MOST_MODEL_OF_NOTE;
  if (!isNote) return { ...ranks, weight, signs };
  return { ...ranks, weight, signs, model: Math.min(ranks.model, MODEL.user.threshold - BELOW - signs) };
}

function scoreOf(evidence: number, untrusted: boolean): number {
  const { threshold } = untrusted ? MODEL.untrusted : MODEL.user;
  const anchor = untrusted ? UNTRUSTED_ANCHOR : USER_ANCHOR;
  return 1 / (1 + Math.exp(-anchor - STEEPNESS * (evidence - threshold)));
}
