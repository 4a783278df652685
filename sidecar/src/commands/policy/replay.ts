import type { Verdict } from '../../exchange/verdict.ts';
import { hitsOf, type Evaluate, type Evaluation } from './command-io.ts';
import type { CompiledPolicy } from '../../policy/compile/compiled.ts';
import { readArgument } from './policy-arguments.ts';
import { outcomeOf, parseTraffic, stricter, type Outcome, type TrafficLine } from './traffic.ts';

/** A line of traffic and what the policy makes of it. */
export interface Replayed {
  readonly traffic: TrafficLine;
  readonly evaluation: Evaluation;
  readonly outcome: Outcome;
  /** The code of the refusal; null where nothing is refused. */
  readonly code: string | null;
  /** What was expected and did not happen; empty where all is well or nothing was expected. */
  readonly unmet: readonly string[];
}

/** The lines of a traffic file. @throws UsageError naming `--traffic` */
export async function readTraffic(path: string): Promise<readonly TrafficLine[]> {
  return parseTraffic(await readArgument('--traffic', path), path);
}

/** Judges all lines, one after the other. */
export async function replay(
  lines: readonly TrafficLine[],
  policy: CompiledPolicy,
  evaluate: Evaluate,
): Promise<readonly Replayed[]> {
  const replayed: Replayed[] = [];
  for (const traffic of lines) {
    const evaluation = judgeHost(traffic, policy, await evaluate(traffic, policy));
    const { request, reply } = evaluation;
    const outcome = reply === null ? outcomeOf(request) : stricter(outcomeOf(request), outcomeOf(reply));
    const code = codeOf(request) ?? (reply === null ? null : codeOf(reply));
    replayed.push({ traffic, evaluation, outcome, code, unmet: unmet(traffic, evaluation, outcome, code) });
  }
  return replayed;
}

/** The host comes before the body. */
function judgeHost({ host }: TrafficLine, policy: CompiledPolicy, evaluation: Evaluation): Evaluation {
  // The servers of `action.mcp` are judged with the dialect.
  if (host === null || evaluation.dialect === 'mcp' || policy.action.allowsHost(host)) return evaluation;
  const mode = policy.mode === 'observe' ? 'observe' : policy.action.hostsMode;
  const hit = {
    control: 'action',
    rule: 'host.not-listed',
    action: 'block',
    code: 'host_not_allowed',
    mode,
    pointer: null,
  } as const;
  const others = evaluation.request === 'pass' ? [] : evaluation.request.hits;
  if (mode === 'observe') {
    const request =
      evaluation.request === 'pass'
        ? { kind: 'allow' as const, hits: [hit] }
        : { ...evaluation.request, hits: [hit, ...others] };
    return { ...evaluation, request };
  }
  const request: Verdict = {
    kind: 'block',
    hits: [hit, ...others],
    code: hit.code,
    detail: null,
    retryAfterSeconds: null,
  };
  return { ...evaluation, request, reply: null };
}

function codeOf(verdict: Verdict | 'pass'): string | null {
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
