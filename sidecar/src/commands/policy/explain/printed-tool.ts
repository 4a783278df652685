import type { ExplainedEntry, ExplainedJudgement, ExplainedTool } from './explained-tool.ts';

/** For people: the decision, then why. */
export function printTool(explained: ExplainedTool): string {
  const { policy, exchange, caller, outcome, code, hits, judged } = explained;
  const rules = [
    ...new Set(hits.map(({ rule, mode }) => (mode === 'observe' ? `${rule} (observed)` : rule))),
  ];
  const lines = [
    `${exchange}, policy ${policy.name}, sha256 ${policy.sha256}`,
    `caller: ${callerText(caller)}`,
    `exchange: ${[outcome, ...(code === null ? [] : [code]), ...rules].join('  ')}`,
    ...judged.flatMap((each) => ['', ...judgementLines(each)]),
  ];
  return `${lines.join('\n')}\n`;
}

function callerText(caller: ExplainedTool['caller']): string {
  if (caller === null) return 'anonymous';
  return `${caller.subject}, groups ${caller.groups === null ? 'unknown' : caller.groups.join(', ') || 'none'}`;
}

function judgementLines(judged: ExplainedJudgement): readonly string[] {
  const { name, kind, pointer, section, rules, tainted, isPrivate, values, counts, earlier } = judged;
  return [
    `${name}, ${kind} at ${pointer}: ${decision(judged)}`,
    rules.length === 0
      ? `  rules: none of ${section} names it; the default is ${judged.default}${judged.resembles ? ', and it is written like a tool that is named' : ''}`
      : `  rules of ${section}${rules.length > 1 ? ', of which one must hold entirely' : ''}:`,
    ...rules.flatMap(({ failed, entries }, at) => [
      `  ${at + 1}. ${failed === null ? 'allows' : `refuses: ${failed}`}`,
      ...entries.flatMap(entryLines),
    ]),
    `  tainted: ${labelText(tainted)}`,
    `  private: ${labelText(isPrivate)}`,
    `  earlier calls in the history: ${earlier.join(', ') || 'none'}; this very call in a row: ${judged.repetitions}`,
    ...counts.map((query) => `  ${queryText(query)} = ${query.value ?? 'unknown'}`),
    ...(values.length === 0 ? [] : ['  values of the arguments, and where they stand:']),
    ...values.map(valueLine),
  ];
}

function decision({ allowed, mode, kind }: ExplainedJudgement): string {
  if (!allowed) return mode === 'observe' ? 'would be refused (mode: observe)' : 'refused';
  return kind === 'offered' ? 'allowed; conditions are judged at each call' : 'allowed';
}

function entryLines({ places, name, conditions }: ExplainedEntry): readonly string[] {
  return [
    `     ${places.join(' + ') || 'default'} (${name})`,
    ...(conditions.length === 0 ? ['       no condition'] : []),
    ...conditions.map(
      ({ text, holds, isOpen }) => `       ${holds ? 'holds  ' : 'FAILS  '}${text}${isOpen ? OPEN : ''}`,
    ),
  ];
}

const OPEN =
  ' (the schema with which it is offered lets any arguments pass; write one beside it: schema: [offered, {…}])';

function labelText({ holds, by }: ExplainedJudgement['tainted']): string {
  if (!holds) return 'no';
  const reasons = by.map(({ pointer, why }) => (pointer === null ? why : `${pointer} (${why})`));
  return `yes: ${reasons.join(', ') || 'a detector found it, an MCP session knows it, or the reply brought it before the call'}`;
}

function queryText({ tool, argument, windowMs, of }: ExplainedJudgement['counts'][number]): string {
  const asked = [tool, ...(argument === null ? [] : [argument]), windowText(windowMs), of];
  return `calls.${argument === null ? 'count' : 'sum'}(${asked.map((each) => `'${each}'`).join(', ')})`;
}

function windowText(windowMs: number): string {
  for (const [unit, ms] of [
    ['h', 3_600_000],
    ['m', 60_000],
  ] as const)
    if (windowMs % ms === 0) return `${windowMs / ms}${unit}`;
  return `${windowMs / 1_000}s`;
}

function valueLine({ argument, ordinal, sources, places }: ExplainedJudgement['values'][number]): string {
  const where = places.map(({ pointer, origin, trust, tools }) => {
    const whose = tools.length === 0 ? origin : `result of ${tools.join(', ')}`;
    return `${pointer} (${whose}, ${trust})`;
  });
  return `    ${argument}${ordinal === 1 ? '' : ` #${ordinal}`}: sources ${sources.join(', ') || 'none'}; ${where.join(', ') || 'in no text: the model composed it'}`;
}
