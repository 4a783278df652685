import { ruleMeaning } from '@llm-boundary/sidecar/lab';

import type { Decision, DecisionStep, ExchangeRow, Hit, Outcome, Window } from './api.ts';
import type { RecentExchange, RecentOf } from './recent-answer.ts';
import type { SeenPod } from './source.ts';

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
export function decisionOf(pod: SeenPod, exchange: RecentExchange, log: string): Decision {
  return {
    v: 1,
    namespace: pod.finding.namespace,
    ...pod.controller,
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

/** All exchanges that sidecars still have, newest first. */
export function rowsOf(answers: readonly RecentOf[]): readonly ExchangeRow[] {
  return answers
    .flatMap(({ pod, recent }) => (recent?.exchanges ?? []).map((exchange) => exchangeRow(pod, exchange)))
    .sort((a, b) => b.startMs - a.startMs);
}

/** Of which exchanges counts are. @param rows newest first */
export function windowOf(answers: readonly RecentOf[], rows: readonly ExchangeRow[]): Window {
  return {
    fromMs: rows.at(-1)?.startMs ?? null,
    exchanges: rows.length,
    isCut: answers.some(({ recent }) => recent?.isCut === true),
  };
}
