import type { DecisionLine } from '../record/schema.ts';

type Call = NonNullable<DecisionLine['calls']>[number];

/** So many digits of a digest tell the values of one record apart. */
const SHORT = 8;

/** The subject, else its digest; null for the anonymous, and where there is neither. */
export function callerName({ caller = null }: DecisionLine): string | null {
  return caller?.subject ?? caller?.digest ?? null;
}

/** In a timeline: the subject, else the beginning of its digest, which `--caller` takes; null for the anonymous. */
export function shortCaller({ caller = null }: DecisionLine): string | null {
  if (caller === null) return null;
  return caller.subject ?? (caller.digest === null ? 'verified' : `${caller.digest.slice(0, SHORT)}*`);
}

/** In a timeline: `send_email(to=3f9a0c51*,body)`, which `--digest` takes. */
export function shortCall({ tool, arguments: named }: Call): string {
  const parts = named.map(({ name, digest }) =>
    digest === null ? name : `${name}=${digest.slice(0, SHORT)}*`,
  );
  return `${tool}(${parts.join(',')})`;
}

/** `TOOL.NAME=DIGEST` for each argument, the digest empty where there is none. */
export function argumentList(calls: readonly Call[] = []): readonly string[] {
  return calls.flatMap(({ tool, arguments: named }) =>
    named.map(({ name, digest }) => `${tool}.${name}=${digest ?? ''}`),
  );
}

/** Whole sentences, one a call and one an argument. */
export function callSentences({ calls = [], cut }: DecisionLine): readonly string[] {
  const omitted = cut?.arguments ?? 0;
  return [
    ...calls.flatMap(({ tool, arguments: named }) => [
      `  called ${tool}${named.length === 0 ? ' without arguments' : ' with'}`,
      ...named.map(
        ({ name, digest }) => `    ${name}${digest === null ? '' : `, whose value has the digest ${digest}`}`,
      ),
    ]),
    ...(omitted === 0 ? [] : [`    and ${omitted} more arguments or values in them`]),
    ...((cut?.calls ?? 0) === 0 ? [] : [`  and ${cut?.calls ?? 0} more calls`]),
  ];
}
