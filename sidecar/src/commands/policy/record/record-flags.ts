import { EVERYTHING, type Filter } from '../../../audit/verify/filter.ts';
import { UsageError, type FlagSpec, type FlagValues } from '../../flags/flags.ts';

/** Flags of every command that reads a record. */
export const RECORD_FLAGS = [
  {
    name: 'record',
    env: 'LLM_BOUNDARY_RECORD',
    kind: 'text',
    value: 'PATH',
    repeatable: true,
    describe:
      'The audit record in place of --traffic: folders and files of it, container logs, files of a collector.',
  },
  {
    name: 'from',
    env: 'LLM_BOUNDARY_FROM',
    kind: 'text',
    value: 'TIME',
    describe: 'With --record: only decisions since then, in RFC 3339 and UTC: 2026-01-31T12:00:00Z.',
  },
  {
    name: 'to',
    env: 'LLM_BOUNDARY_TO',
    kind: 'text',
    value: 'TIME',
    describe: 'With --record: only decisions up to then.',
  },
  {
    name: 'workload',
    env: 'LLM_BOUNDARY_WORKLOAD',
    kind: 'text',
    value: 'NAME',
    describe: 'With --record: only of this pod or namespace: POD, NAMESPACE, NAMESPACE/POD; * is any text.',
  },
] as const satisfies readonly FlagSpec[];

type RecordFlags = Pick<FlagValues<typeof RECORD_FLAGS>, 'from' | 'to' | 'workload'>;

/** The part of the record that the flags pick. @throws UsageError for a time that is none */
export function recordFilter({ from, to, workload }: RecordFlags): Filter {
  return { ...EVERYTHING, workload, from: timeOf(from), to: timeOf(to) };
}

/** @throws UsageError */
function timeOf(text: string | null): string | null {
  if (text === null) return null;
  const time = /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new UsageError(`${JSON.stringify(text)}: expected a time like 2026-01-31T12:00:00Z or 2026-01-31`);
  return new Date(time).toISOString();
}
