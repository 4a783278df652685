import type { Finding } from './assess.ts';
import { verdictCell, verdictText } from './condition-texts.ts';
import type { Conditions } from './conditions.ts';

/** A row of the table. */
export interface Workload extends Finding {
  readonly conditions: Conditions;
}

const HEAD = [
  'NAMESPACE',
  'POD',
  'BOUNDARY',
  'CAPTURE',
  'OPEN',
  'POLICY',
  'SIDECAR',
  'GAPS',
  'LLM BOUNDARY',
  'BODIES',
  'SIGNS',
] as const;

/** Guarantees of each capture, for readers of the table. */
const LEGEND = [
  'redirect: all traffic to the model ports and all outbound TCP passes the sidecar; UDP except DNS is dropped.',
  'GAPS: controls that are missing, or that the policy leaves open. LLM BOUNDARY: is it needed, or do infrastructure controls suffice, by the four conditions\n  (no state, no tools, no sensitive context, no effect outside).',
  'takeover: the sidecar has the model ports; only a NetworkPolicy stops a container that dials out directly (OPEN: outbound),\n  and clients of a port that the server keeps open past the sidecar (OPEN: its number).',
];

function boundary({ boundary: has, missing }: Workload): string {
  return has ? 'yes' : missing ? 'MISSING' : 'no';
}

function policy({ policy: name, policyProblem }: Workload): string {
  return policyProblem === null ? (name ?? '-') : `${name ?? ''} (${policyProblem})`;
}

function cells(workload: Workload): readonly string[] {
  return [
    workload.namespace,
    workload.name,
    boundary(workload),
    workload.capture ?? '-',
    workload.open.join(',') || '-',
    policy(workload),
    // Registry and folders are equal for all, and long.
    workload.sidecar?.split('/').at(-1) ?? '-',
    workload.gaps.join(',') || '-',
    verdictCell(workload.conditions),
    workload.keepsBodies ? 'sealed' : '-',
    workload.signs.join(',') || '-',
  ];
}

/** A table for people, worst first. Ends with a line feed. */
export function postureTable(workloads: readonly Workload[]): string {
  const sorted = [...workloads].sort(
    (a, b) =>
      b.gaps.length - a.gaps.length || a.namespace.localeCompare(b.namespace) || a.name.localeCompare(b.name),
  );
  const rows = [HEAD, ...sorted.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const open = workloads.filter(({ gaps }) => gaps.length > 0).length;
  const verdicts = sorted.map(
    ({ namespace, name, conditions }) => `  ${namespace}/${name}: ${verdictText(conditions)}.`,
  );
  return [
    ...lines,
    '',
    ...verdicts,
    '',
    `${workloads.length} LLM workloads, ${open} with a gap.`,
    ...LEGEND,
    '',
  ].join('\n');
}
