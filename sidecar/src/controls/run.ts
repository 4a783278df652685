import type { Sliced } from '../detectors/index.ts';
import type { Caller, Exchange, Prompt, Reply, Segment } from '../exchange/index.ts';
import type { CompiledPolicy } from '../policy/compile/compiled.ts';
import type { ActionContext } from './action/action-context.ts';
import { judgeCall } from './action/action.ts';
import type { Counting } from './action/earlier-calls.ts';
import { isUnlisted, judgeOffers } from './action/offers.ts';
import { isPrivate } from './action/private.ts';
import { isCallTainted, isTainted } from './action/taint.ts';
import { Ahead } from './ahead.ts';
import { Budget, DetectorUnavailable, type Known } from './budget.ts';
import { CountedCalls } from './conversation/shared-calls.ts';
import { egressRules, judgeEgress, judgeFetch } from './egress/egress.ts';
import { judgeIngress, longTextsOf } from './ingress/ingress.ts';
import { longTexts } from './long-texts.ts';
import { judgeMedia } from './media.ts';
import { Pseudonyms } from './pseudonyms.ts';
import type { TextRule } from './scan.ts';
import { Tally } from './tally.ts';
import type { Verdict } from '../exchange/verdict.ts';

/** Results of judging a request that judging its reply needs. */
export interface Judged {
  readonly verdict: Verdict;
  readonly action: ActionContext;
  /** Pointers of offers that the request goes on without. */
  readonly stripped: readonly string[];
}

/** Ingress and action controls over a request. Never throws: a control that fails is a block (invariant 1). */
export function judgeRequest(
  exchange: Exchange,
  policy: CompiledPolicy,
  now: () => number,
  known: Known = {},
  more: Pick<ActionContext, 'account' | 'definitions' | 'openSchema'> = {},
): Judged {
  const reading = withoutStripped(exchange, policy);
  const carries = { tainted: isTainted(reading, policy), isPrivate: isPrivate(reading, policy) };
  let action: ActionContext = { exchange, policy, ...carries, ...more };
  const pseudonyms = new Pseudonyms(exchange);
  let stripped: readonly string[] = [];
  const controls = (tally: Tally, budget: Budget): void => {
    if (known.ahead !== undefined) budget.check('ahead');
    const { injected, foundPrivate } = judgeIngress(exchange, policy, tally, budget, pseudonyms);
    action = {
      exchange,
      policy,
      tainted: carries.tainted || injected,
      isPrivate: carries.isPrivate || (policy.action.asksForPrivate && foundPrivate),
      ...more,
      ...(pseudonyms.size === 0 ? {} : { pseudonyms }),
    };
    stripped = judgeOffers(action, tally, budget);
    judgeFetch(exchange.prompt, policy, tally);
  };
  const verdict = judge(policy, now, controls, known);
  if (verdict.kind !== 'redact' || pseudonyms.size === 0) return { verdict, action, stripped };
  return { verdict: { ...verdict, tokenised: pseudonyms.counts }, action, stripped };
}

/** A tool of the provider that is not offered brings nothing in. */
function withoutStripped(exchange: Exchange, policy: CompiledPolicy): Exchange {
  const { prompt } = exchange;
  if (policy.action.offers !== 'strip') return exchange;
  const offers = prompt.offers.filter(({ builtin, name }) => !builtin || !isUnlisted(policy, name));
  return { ...exchange, prompt: { ...prompt, offers } };
}

/** Scans the long texts of a request for `judgeRequest`, which then takes little time. */
export function scanRequestAhead(
  prompt: Prompt,
  caller: Caller,
  { policy, now }: { readonly policy: CompiledPolicy; readonly now: () => number },
): { readonly ahead: Ahead; readonly work: Sliced<void> } {
  const ahead = new Ahead(policy.limits.detectorMs, now);
  return { ahead, work: ahead.scan(longTextsOf(prompt, caller, policy)) };
}

/** The same for the texts of a whole reply. */
export function scanReplyAhead(
  segments: readonly Segment[],
  rules: readonly TextRule[],
  { policy }: ActionContext,
  now: () => number,
): { readonly ahead: Ahead; readonly work: Sliced<void> } {
  const ahead = new Ahead(policy.limits.detectorMs, now);
  const detectors = rules.map(({ detector }) => detector);
  return { ahead, work: ahead.scan(longTexts(segments, () => ({ detectors, injection: null }))) };
}

/** Egress and action controls over a whole reply, whose calls are as the caller gets them (`restoredCall`). Never throws. */
export function judgeReply(
  reply: Reply,
  action: ActionContext,
  rules: readonly TextRule[],
  now: () => number,
  ahead?: Ahead,
): Verdict {
  const controls = (tally: Tally, budget: Budget): void => {
    judgeMedia(reply.media ?? [], action.policy.egress.media, 'egress', tally);
    judgeEgress({ segments: reply.segments, dialect: action.exchange.dialect }, rules, tally, budget);
    for (const call of reply.calls) {
      const tainted = action.tainted || isCallTainted(call, reply.segments);
      judgeCall({ ...action, tainted }, call, tally, budget);
    }
  };
  return judge(action.policy, now, controls, { ahead });
}

/**
 * Why each call of a withheld reply that the client would run is refused, in their order; null for one that is refused only with others. Judging
 * them again counts nothing.
 */
export function refusedCalls(
  { calls, segments }: Reply,
  action: ActionContext,
  now: () => number,
): readonly (string | null)[] {
  const { counting } = action;
  const judging = {
    ...action,
    openSchema: (): void => undefined,
    ...(counting === undefined ? {} : { counting: withoutEffect(counting) }),
  };
  return calls
    .filter(({ atProvider }) => atProvider !== true)
    .map((call) => {
      const tainted = action.tainted || isCallTainted(call, segments);
      const verdict = judge(action.policy, now, (tally, budget) =>
        judgeCall({ ...judging, tainted }, call, tally, budget),
      );
      if (verdict.kind !== 'block') return null;
      // The place is known: the text is the result of this very call.
      return verdict.detail?.slice(call.pointer.length).replace(/^: /, '') ?? 'it could not be judged';
    });
}

/** Each counts for the next, and for nothing else. */
function withoutEffect(counting: Counting): Counting {
  return { ...counting, log: counting.shared?.again() ?? new CountedCalls(counting.log) };
}

/** The egress rules of an exchange. @throws DetectorUnavailable, for which the caller refuses with `failedVerdict`. */
export function replyRules(action: ActionContext): readonly TextRule[] {
  try {
    const rules = egressRules(action.policy, action.exchange.prompt);
    return action.pseudonyms === undefined ? rules : [...rules, restoring(action.pseudonyms)];
  } catch (error) {
    throw new DetectorUnavailable('egress', 'cannot be set up', error);
  }
}

/** The rule that gives the caller back what stands under pseudonyms; it judges nothing. */
function restoring(pseudonyms: Pseudonyms): TextRule {
  const { detector } = pseudonyms;
  const setting = { action: 'tokenise', mode: 'enforce' } as const;
  return { ...setting, control: 'egress', code: 'sensitive_output', detector, restores: pseudonyms };
}

/** True if uninspectable content must be withheld: texts are scanned, and findings are enforced. */
export function isGuarded(policy: CompiledPolicy, rules: readonly TextRule[]): boolean {
  return (
    policy.mode === 'enforce' && rules.some((rule) => rule.mode === 'enforce' && rule.restores === undefined)
  );
}

/** The block for a failed control, in any mode: only an observing policy lets uninspected content pass. */
export function failedVerdict(policy: CompiledPolicy): Verdict {
  const hit = {
    control: 'egress',
    rule: 'detector.unavailable',
    action: 'block',
    code: 'detector_unavailable',
    mode: policy.mode,
    pointer: null,
  } as const;
  if (policy.mode === 'observe') return { kind: 'allow', hits: [hit] };
  return { kind: 'block', hits: [hit], code: 'detector_unavailable', detail: null, retryAfterSeconds: null };
}

/** Runs controls; a failed one is a block. */
export function judge(
  policy: CompiledPolicy,
  now: () => number,
  controls: (tally: Tally, budget: Budget) => void,
  known: Known = {},
): Verdict {
  const tally = new Tally(policy.mode);
  try {
    controls(tally, new Budget(policy.limits.detectorMs, now, known));
  } catch {
    return failedVerdict(policy);
  }
  return tally.verdict();
}
