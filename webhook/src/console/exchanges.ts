import { ruleMeaning } from '@llm-boundary/sidecar/lab';

import type { Window } from './api.ts';
import type { Decision, DecisionStep, ExchangeRow, Hit, Outcome } from './api-decisions.ts';
import type { RecentExchange, RecentOf } from './recent-answer.ts';
import { mountedBy } from '../policies/index.ts';
import type { PolicyBook, SeenPod } from './source.ts';

const STRICTNESS: readonly Outcome[] = ['pass', 'allow', 'redact', 'block'];

/** The stricter of two outcomes. */
function stricter(a: Outcome, b: Outcome): Outcome {
  return STRICTNESS.indexOf(a) >= STRICTNESS.indexOf(b) ? a : b;
}

function observes({ hits }: Pick<RecentExchange['steps'][number], 'hits'>): boolean {
  return hits.some(({ mode }) => mode === 'observe');
}

/** One exchange in a list. */
function exchangeRow(pod: SeenPod, exchange: RecentExchange): ExchangeRow {
  const { steps, ...facts } = exchange;
  const verdict = steps.map((step) => step.verdict).reduce(stricter);
  return {
    ...facts,
    pod: pod.finding.name,
    verdict,
    code: steps.find(({ code }) => code !== null)?.code ?? null,
    rules: [...new Set(steps.flatMap(({ hits }) => hits.map(({ control, rule }) => `${control}.${rule}`)))],
    observed: steps.some(observes),
  };
}

/** Everything that a sidecar still has of an exchange. */
export function decisionOf(
  pod: SeenPod,
  exchange: RecentExchange,
  { log, policies }: { readonly log: string; readonly policies: Pick<PolicyBook, 'effective'> },
): Decision {
  const mounted = mountedBy(pod.pod, pod.phase);
  const now = mounted === null ? null : policies.effective(mounted.namespace, mounted.name, mounted.mode);
  const isNow = now?.kind === 'found' && now.policy.inject.sha256 === exchange.policy?.sha256;
  return {
    v: 1,
    namespace: pod.finding.namespace,
    ...pod.controller,
    asked: mounted?.mode ?? null,
    isPolicyNow: exchange.policy === null || now?.kind !== 'found' ? null : isNow,
    exchange: exchangeRow(pod, exchange),
    tokens: exchange.tokens,
    steps: exchange.steps.map(({ hits, seq, ...step }): DecisionStep => ({
      ...step,
      hits: hits.map(shownHit),
      record: seq === null ? null : { log, seq },
    })),
  };
}

/** A hit of a sidecar, or of a replay. */
interface JudgedHit extends Omit<Hit, 'meaning' | 'fix' | 'score' | 'action'> {
  readonly action: string;
  readonly score?: number | null | undefined;
}

/** A hit as the page shows it. */
export function shownHit(hit: JudgedHit): Hit {
  const { control, rule, mode, code, pointer, score = null } = hit;
  const action = hit.action === 'block' ? 'block' : 'redact';
  return { control, rule, action, mode, code, pointer, score, ...ruleMeaning(hit) };
}

/** Unix times in milliseconds, both included. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

const ALWAYS: TimeSpan = { fromMs: -Infinity, toMs: Infinity };

/** A stream is refused long after it began: it is found at both times. */
function isWithin({ fromMs, toMs }: TimeSpan, { startMs, steps }: RecentExchange): boolean {
  return [startMs, ...steps.map(({ timeMs }) => timeMs)].some((ms) => ms >= fromMs && ms <= toMs);
}

/** The exchanges that sidecars still have and that began or were decided on within a time, newest first. Default: all of them. */
export function rowsOf(answers: readonly RecentOf[], span: TimeSpan = ALWAYS): readonly ExchangeRow[] {
  return answers
    .flatMap(({ pod, recent }) =>
      (recent?.exchanges ?? [])
        .filter((exchange) => isWithin(span, exchange))
        .map((exchange) => exchangeRow(pod, exchange)),
    )
    .sort((a, b) => b.startMs - a.startMs);
}

/** Of which exchanges counts are. @param rows newest first; pods: all of the workload */
export function windowOf(
  answers: readonly RecentOf[],
  rows: readonly ExchangeRow[],
  pods: readonly SeenPod[],
): Window {
  const guarded = pods.filter(({ finding }) => finding.boundary).length;
  return {
    fromMs: rows.at(-1)?.startMs ?? null,
    exchanges: rows.length,
    isCut: answers.some(({ recent }) => recent?.isCut === true),
    notAsked: guarded - answers.length,
  };
}
