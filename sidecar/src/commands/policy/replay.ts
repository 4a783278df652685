import type { RefusalCode } from '../../exchange/refusal.ts';
import type { Verdict } from '../../exchange/verdict.ts';
import { replayExchange, type Account, type Evaluation } from '../../pipeline/replay/replay.ts';
import { hitsOf } from './command-io.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { readArgument } from './policy-arguments.ts';
import { outcomeOf, parseTraffic, stricter, type Outcome, type TrafficLine } from './traffic.ts';

/** A line of traffic and its verdicts. */
export interface Replayed {
  readonly traffic: TrafficLine;
  readonly evaluation: Evaluation;
  readonly outcome: Outcome;
  /** The code of the refusal; null without one. */
  readonly code: RefusalCode | null;
  /** Unmet expectations; empty if all were met or there are none. */
  readonly unmet: readonly string[];
}

/** The lines of a traffic file. @throws UsageError naming `flag`, or file and line */
export async function readTraffic(path: string, flag = '--traffic'): Promise<readonly TrafficLine[]> {
  return parseTraffic(await readArgument(flag, path), path);
}

/** Judges all lines, one after the other. */
export function replay(lines: readonly TrafficLine[], policy: CompiledPolicy): readonly Replayed[] {
  return lines.map((traffic) => replayLine(traffic, policy));
}

/** Judges one line, after those that the same policy has judged. `account` is told how each of its tools is judged. */
export function replayLine(traffic: TrafficLine, policy: CompiledPolicy, account?: Account): Replayed {
  const evaluation = replayExchange(traffic, policy, account);
  const { request, reply } = evaluation;
  const outcome = reply === null ? outcomeOf(request) : stricter(outcomeOf(request), outcomeOf(reply));
  const code = codeOf(request) ?? (reply === null ? null : codeOf(reply));
  return { traffic, evaluation, outcome, code, unmet: unmet(traffic, evaluation, outcome, code) };
}

function codeOf(verdict: Verdict | 'pass'): RefusalCode | null {
  return verdict !== 'pass' && verdict.kind === 'block' ? verdict.code : null;
}

function unmet(
  { expect }: TrafficLine,
  evaluation: Evaluation,
  outcome: Outcome,
  code: string | null,
): readonly string[] {
  if (expect === null) return [];
  const wrong: string[] = [];
  const compare = (what: string, wanted: string | undefined, actual: string | null): void => {
    if (wanted !== undefined && wanted !== actual)
      wrong.push(`${what}: expected ${wanted}, got ${actual ?? 'none'}`);
  };
  if (typeof expect === 'string') {
    compare('verdict', expect, outcome);
    return wrong;
  }
  compare('request', expect.request, outcomeOf(evaluation.request));
  compare('reply', expect.reply, evaluation.reply === null ? null : outcomeOf(evaluation.reply));
  compare('code', expect.code, code);
  const rules = hitsOf(evaluation).map(({ rule }) => rule);
  for (const rule of expect.hits ?? [])
    if (!rules.includes(rule)) wrong.push(`hits: expected ${rule}, got ${rules.join(', ') || 'none'}`);
  return wrong;
}
