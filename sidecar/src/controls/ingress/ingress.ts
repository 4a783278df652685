import { assessInjection, LONG_TEXT, type Finding } from '../../detectors/index.ts';
import {
  isUntrusted,
  type Caller,
  type Exchange,
  type Origin,
  type Prompt,
  type Segment,
} from '../../exchange/index.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import type { LongText } from '../ahead.ts';
import { longTexts } from '../long-texts.ts';
import type { Budget } from '../budget.ts';
import { cleanTextsOf } from '../clean-texts.ts';
import { joinedTexts, type JoinedText } from '../joined-text.ts';
import { Places } from '../action/places.ts';
import { judgeMedia } from '../media.ts';
import type { Pseudonyms } from '../pseudonyms.ts';
import { scanText, type TextRule } from '../scan.ts';
import type { Tally } from '../tally.ts';
import {
  classifierOf,
  isClassified,
  isClassifierEnforced,
  UNCLASSIFIED_RULE,
  withScore,
} from './classified.ts';
import { assessDefinition, halfwayToCertain, MIN_DEFINITION } from './definitions.ts';
import { LONGEST_SCATTERED, scatteredTexts } from './scattered.ts';

interface Judge {
  readonly policy: CompiledPolicy;
  readonly tally: Tally;
  readonly budget: Budget;
  /** Names what is tokenised. Absent: it is redacted. */
  readonly pseudonyms?: Pseudonyms;
}

/** Judges a prompt: models, limits, unreadable parts, injection, secrets, personal data, own rules. */
export function judgeIngress(
  exchange: Exchange,
  policy: CompiledPolicy,
  tally: Tally,
  budget: Budget,
  pseudonyms: Pseudonyms,
): { injected: boolean; foundPrivate: boolean } {
  const judge = { policy, tally, budget, pseudonyms };
  judgeModel(exchange, policy, tally);
  judgeOutputTokens(exchange, policy, tally);
  judgeMedia(exchange.prompt.media, policy.ingress.media, 'ingress', tally);
  const { segments } = exchange.prompt;
  const clean = cleanTextsOf(policy);
  let injected = false;
  let foundPrivate = false;
  const results = new Places((exchange.prompt.results ?? []).map(({ pointer }) => pointer));
  const notePrivate = (parts: readonly Segment[]): void => {
    foundPrivate ||= parts.some((part) => isUntrusted(part) || results.contain(part));
  };
  const unlessClean = (segment: Segment, parts: readonly number[], finds: () => boolean): void => {
    clean.scan(segment, parts, exchange.caller, () => {
      const before = tally.findings;
      const attacks = finds();
      injected ||= attacks;
      return !attacks && tally.findings === before;
    });
  };
  for (const segment of segments)
    unlessClean(segment, [], () =>
      judgeSegment(segment, judge, () => {
        notePrivate([segment]);
      }),
    );
  for (const joined of joinedTexts(segments)) {
    unlessClean({ ...joined.first, text: joined.text }, joined.lengths, () =>
      judgeJoined(joined, judge, () => {
        notePrivate(joined.parts);
      }),
    );
  }
  for (const { parts, text, isOfWords } of scatteredTexts(segments)) {
    const segment = { ...parts[0], text };
    const lengths = parts.map((part) => part.text.length);
    const isStrict = !isOfWords || isUntrusted(segment);
    unlessClean(segment, lengths, () => judgeInjection(segment, parts, judge, isStrict));
  }
  return { injected, foundPrivate };
}

/** Injection, secrets, personal data and own rules in one text. @returns whether it is an injection */
function judgeSegment(segment: Segment, judge: Judge, hasPrivate: () => void): boolean {
  const { policy, ...judging } = judge;
  const { tally } = judging;
  const injected = judgeInjection(segment, [segment], judge);
  const applicable = ingressRules(policy, segment.origin);
  const seen = new PrivateFindings();
  const { counts } = seen;
  for (const span of scanText(segment.text, segment.pointer, applicable, { counts, ...judging })) {
    tally.redact({ pointer: segment.pointer, ...span });
  }
  if (seen.any) hasPrivate();
  return injected;
}

/** Rules of the detectors of personal data and of credentials. */
const PRIVATE_RULES = /^(?:pii|secret)\./;

/** Whether a scan found any of these. */
class PrivateFindings {
  any = false;

  readonly counts = ({ rule }: Finding): boolean => {
    this.any ||= PRIVATE_RULES.test(rule);
    return true;
  };
}

/** Checks every model that may answer: the named one and its fallbacks. A stored reply was made by one that was checked. */
function judgeModel({ prompt }: Exchange, policy: CompiledPolicy, tally: Tally): void {
  const { model, alternatives = [], isFetch = false } = prompt;
  if (isFetch) return;
  const setting = { action: 'block', mode: policy.modelsMode } as const;
  const seen = { control: 'action', rule: 'model.not-listed', code: 'model_not_allowed' } as const;
  if (!policy.allowsModel(model)) tally.hit({ ...seen, pointer: '/model' }, setting);
  if (alternatives.every((name) => policy.allowsModel(name))) return;
  const detail = 'the request names a fallback, a route or an adapter that models.allow does not list';
  tally.hit({ ...seen, pointer: null }, setting, detail);
}

/** Checks the requested token cap, times the number of requested replies. Without a cap, each counts one token at least. */
function judgeOutputTokens({ prompt }: Exchange, policy: CompiledPolicy, tally: Tally): void {
  const { outputTokens } = policy.limits;
  const { maxOutputTokens, choices = 1 } = prompt;
  if (outputTokens === null) return;
  const asked = (maxOutputTokens ?? 1) * Math.max(1, choices);
  if (asked <= outputTokens || (maxOutputTokens === null && choices <= 1)) return;
  const wanted = asked === Infinity ? 'output tokens without a cap' : `up to ${asked} output tokens`;
  const detail = `the request asks for ${wanted}; limits.outputTokens of the policy allows ${outputTokens}`;
  tally.hit(
    { control: 'ingress', rule: 'limits.output-tokens', code: 'content_refused', pointer: null },
    { action: 'block', mode: 'enforce' },
    detail,
  );
}

/** Judges the joined parts of a message: a caller chooses where to split them. */
export function judgeJoined(
  joined: JoinedText,
  { policy, ...judging }: Judge,
  hasPrivate?: () => void,
): boolean {
  const rules = ingressRules(policy, joined.first.origin);
  const seen = new PrivateFindings();
  const { counts } = seen;
  for (const redaction of joined.scan(rules, { counts, ...judging })) judging.tally.redact(redaction);
  if (seen.any) hasPrivate?.();
  // Every reading is judged, so that hits do not depend on their order.
  const readings = [joined.text, joined.lines].map((text) =>
    judgeInjection({ ...joined.first, text }, joined.parts, { policy, ...judging }),
  );
  return readings.includes(true);
}

/** How a text is judged for injection; null: not at all, since system text instructs the model by design and is not an attack. */
function injectionKind(segment: Segment): LongText['injection'] {
  const isDefinition = segment.origin === 'system' && segment.channel === 'tool_definition';
  if (segment.origin === 'system' && !(isDefinition && segment.text.length >= MIN_DEFINITION)) return null;
  return { untrusted: !isDefinition && isUntrusted(segment), isDefinition };
}

/** The long texts of a prompt that `judgeIngress` will scan. */
export function* longTextsOf(
  { segments }: Prompt,
  caller: Caller,
  policy: CompiledPolicy,
): Generator<LongText> {
  const clean = cleanTextsOf(policy);
  const injectionOf = (segment: Segment): LongText['injection'] =>
    policy.ingress.injection === null ? null : injectionKind(segment);
  yield* longTexts(segments, (segment, parts) => {
    if (clean.knows(segment, parts, caller)) return null;
    const detectors = ingressRules(policy, segment.origin).map(({ detector }) => detector);
    return { detectors, injection: injectionOf(segment) };
  });
  if (segments.length * (LONGEST_SCATTERED + 1) <= LONG_TEXT) return;
  for (const { parts, text } of scatteredTexts(segments))
    if (text.length > LONG_TEXT) yield { text, detectors: [], injection: injectionOf(parts[0]) };
}

/**
 * Assistant text in the history is judged like the user's: the caller wrote it.
 *
 * @param isStrict the threshold is halfway between that of the policy and certainty
 */
export function judgeInjection(
  segment: Segment,
  parts: readonly Segment[],
  { policy, tally, budget }: Judge,
  isStrict = false,
): boolean {
  const { injection } = policy.ingress;
  const kind = injectionKind(segment);
  if (injection === null || kind === null) return false;
  const { untrusted, isDefinition } = kind;
  const usual = untrusted ? injection.untrustedThreshold : injection.threshold;
  const threshold = isDefinition || isStrict ? halfwayToCertain(usual) : usual;
  const finding = budget.run('injection', () => {
    const known = budget.ahead?.injection(segment.text, untrusted, isDefinition);
    if (known !== undefined) return known;
    return isDefinition ? assessDefinition(segment.text) : assessInjection(segment.text, untrusted);
  });
  const judged = withClassifier(finding, segment, threshold, { policy, tally, budget });
  if (judged === null || judged.score < threshold) return false;
  tally.hit(
    {
      control: 'ingress',
      rule: judged.rule,
      code: 'injection_detected',
      pointer: segment.pointer,
      score: judged.score,
    },
    injection,
  );
  if (injection.action === 'redact' && tally.modeOf(injection) === 'enforce') {
    for (const { pointer, text } of parts)
      tally.redact({ pointer, start: 0, end: text.length, replacement: '[REMOVED]' });
  }
  return true;
}

const UNCLASSIFIED =
  'the classifier gave no valid answer in time, and ingress.injection.classifier.onError of the policy is refuse';

/** The finding with what the classifier says, where policy asks it and enforces. A text without an answer is a hit of its own. */
function withClassifier(
  finding: Finding | null,
  segment: Segment,
  threshold: number,
  { policy, tally, budget: { classified } }: Judge,
): Finding | null {
  const classifier = classifierOf(policy);
  if (classifier === null || classified === undefined || !isClassifierEnforced(policy)) return finding;
  if (!isClassified(segment, classifier)) return finding;
  const { text, pointer } = segment;
  const score = classified.get(text);
  if (score !== undefined)
    return withScore(finding, score, text, { own: threshold, byItself: classifier.threshold });
  tally.hit(
    { control: 'ingress', rule: UNCLASSIFIED_RULE, code: 'detector_unavailable', pointer },
    { action: 'block', mode: classifier.onError === 'refuse' ? 'enforce' : 'observe' },
    `${pointer}: ${UNCLASSIFIED}`,
  );
  return finding;
}

/** Cached per policy and origin, since it is used for every segment; a policy is immutable. */
const RULES = new WeakMap<CompiledPolicy, Map<Origin, readonly TextRule[]>>();

/** Rules for inbound text of an origin, besides injection. */
export function ingressRules(policy: CompiledPolicy, origin: Origin): readonly TextRule[] {
  let byOrigin = RULES.get(policy);
  if (byOrigin === undefined) RULES.set(policy, (byOrigin = new Map<Origin, readonly TextRule[]>()));
  let rules = byOrigin.get(origin);
  if (rules === undefined) byOrigin.set(origin, (rules = makeRules(policy, origin)));
  return rules;
}

function makeRules(policy: CompiledPolicy, origin: Origin): readonly TextRule[] {
  const { secrets, pii, rules } = policy.ingress;
  const control = 'ingress' as const;
  return [
    ...(secrets === null ? [] : [{ ...secrets, control, code: 'secret_detected' as const }]),
    ...(pii === null ? [] : [{ ...pii, control, code: 'content_refused' as const }]),
    ...rules.filter((rule) => rule.origins?.has(origin) ?? true).map((rule) => ({ ...rule, control })),
  ];
}
