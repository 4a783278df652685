import { EVERYTHING, type Filter } from '../../audit/verify/filter.ts';
import { UsageError, type FlagSpec } from '../flags/flags.ts';

/** Flags of a time range. */
export const rangeFlags = [
  {
    name: 'from',
    env: 'LLM_BOUNDARY_AUDIT_FROM',
    kind: 'text',
    value: 'TIME',
    describe: 'Start time: RFC 3339, a date, or an age: 90m, 24h, 7d.',
  },
  {
    name: 'to',
    env: 'LLM_BOUNDARY_AUDIT_TO',
    kind: 'text',
    value: 'TIME',
    describe: 'End time, in the formats of --from.',
  },
] as const satisfies readonly FlagSpec[];

/** Flags that select decisions. */
export const filterFlags = [
  ...rangeFlags,
  {
    name: 'workload',
    env: 'LLM_BOUNDARY_AUDIT_WORKLOAD',
    kind: 'text',
    value: 'NAME',
    describe:
      'Only records of this workload: POD, NAMESPACE, NAMESPACE/POD or CLUSTER/NAMESPACE/POD; where the fleet log of an anchor is among the inputs, also its controller (agent, Deployment/agent) or a label (app=agent); * is any text.',
  },
  {
    name: 'model',
    env: 'LLM_BOUNDARY_AUDIT_MODEL',
    kind: 'text',
    value: 'NAME',
    describe: 'Only records of this model; * is any text.',
  },
  {
    name: 'tool',
    env: 'LLM_BOUNDARY_AUDIT_TOOL',
    kind: 'text',
    value: 'NAME',
    describe: 'Only exchanges in which this tool was offered, forced or called; * is any text.',
  },
  {
    name: 'rule',
    env: 'LLM_BOUNDARY_AUDIT_RULE',
    kind: 'text',
    value: 'RULE',
    describe: 'Only decisions with a hit of this rule, observed hits included: action.tool, pii.*.',
  },
  {
    name: 'verdict',
    env: 'LLM_BOUNDARY_AUDIT_VERDICT',
    kind: 'enum',
    values: ['allow', 'redact', 'block', 'pass'],
    describe: 'Only decisions with this verdict.',
  },
  {
    name: 'policy-named',
    env: 'LLM_BOUNDARY_AUDIT_POLICY_NAMED',
    kind: 'text',
    value: 'NAME',
    describe: 'Only decisions under the policy of this name; * is any text.',
  },
  {
    name: 'host',
    env: 'LLM_BOUNDARY_AUDIT_HOST',
    kind: 'text',
    value: 'HOST',
    describe:
      'Only requests to this host or address, refused ones included, with or without port; * is any text.',
  },
  {
    name: 'digest',
    env: 'LLM_BOUNDARY_AUDIT_DIGEST',
    kind: 'text',
    value: 'DIGEST',
    describe:
      'Only calls of tools in which an argument has this value: the digest that the command digest prints, or of another record; * is any text.',
  },
  {
    name: 'caller',
    env: 'LLM_BOUNDARY_AUDIT_CALLER',
    kind: 'text',
    value: 'SUBJECT',
    describe:
      'Only exchanges of this verified caller: its subject, where policy keeps that, or the digest that digest --issuer prints; * is any text.',
  },
  {
    name: 'exchange',
    env: 'LLM_BOUNDARY_AUDIT_EXCHANGE',
    kind: 'text',
    value: 'ID',
    describe: 'Decision ID, from the header llm-boundary-decision.',
  },
  {
    name: 'code',
    env: 'LLM_BOUNDARY_AUDIT_CODE',
    kind: 'text',
    value: 'CODE',
    describe:
      'Only decisions with this code, observed ones included: injection_detected, tool_not_allowed, ….',
  },
] as const satisfies readonly FlagSpec[];

interface FilterValues extends Omit<Filter, 'policy'> {
  readonly 'policy-named': string | null;
}

/** `nowMs`: the reference of ages. @throws UsageError */
export function filterOf(flags: FilterValues, nowMs: number): Filter {
  const { exchange, code, workload, model, tool, rule, verdict, host, digest, caller } = flags;
  return {
    ...EVERYTHING,
    ...{ exchange, code, workload, model, tool, rule, verdict, host, digest, caller },
    policy: flags['policy-named'],
    from: flags.from === null ? null : timeOf('from', flags.from, nowMs),
    to: flags.to === null ? null : timeOf('to', flags.to, nowMs),
  };
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1e3,
  m: 60e3,
  h: 3600e3,
  d: 24 * 3600e3,
  w: 7 * 24 * 3600e3,
};

/** RFC 3339 in UTC with milliseconds. */
export function timeOf(flag: string, text: string, nowMs: number): string {
  const ago = /^(\d{1,6})([smhdw])$/.exec(text);
  const unit = UNITS[ago?.[2] ?? ''];
  if (ago !== null && unit !== undefined) return new Date(nowMs - Number(ago[1]) * unit).toISOString();
  const time = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isNaN(time))
    throw new UsageError(
      `--${flag} ${JSON.stringify(text)}: expected a time like 2026-01-31T12:00:00Z, a date like 2026-01-31, or how long ago, like 24h or 7d`,
    );
  return new Date(time).toISOString();
}
