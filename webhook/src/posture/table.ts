import type { Finding } from './assess.ts';

const HEAD = [
  'NAMESPACE',
  'POD',
  'BOUNDARY',
  'CAPTURE',
  'OPEN',
  'POLICY',
  'SIDECAR',
  'BREAKS',
  'BODIES',
  'SIGNS',
] as const;

/** Guarantees of each capture, for readers of the table. */
const LEGEND = [
  'redirect: all traffic to the model ports and all outbound TCP passes the sidecar; UDP except DNS is dropped.',
  'takeover: the sidecar has the model ports; only a NetworkPolicy stops a container that dials out directly (OPEN: outbound),\n  and clients of a port that the server keeps open past the sidecar (OPEN: its number).',
];

function boundary({ boundary: has, missing }: Finding): string {
  return has ? 'yes' : missing ? 'MISSING' : 'no';
}

function policy({ policy: name, policyProblem }: Finding): string {
  return policyProblem === null ? (name ?? '-') : `${name ?? ''} (${policyProblem})`;
}

function cells(finding: Finding): readonly string[] {
  return [
    finding.namespace,
    finding.name,
    boundary(finding),
    finding.capture ?? '-',
    finding.open.join(',') || '-',
    policy(finding),
    // Registry and folders are equal for all, and long.
    finding.sidecar?.split('/').at(-1) ?? '-',
    finding.breaks.join(',') || '-',
    finding.keepsBodies ? 'sealed' : '-',
    finding.signs.join(',') || '-',
  ];
}

/** A table for people, worst first. Ends with a line feed. */
export function postureTable(findings: readonly Finding[]): string {
  const sorted = [...findings].sort(
    (a, b) =>
      b.breaks.length - a.breaks.length ||
      a.namespace.localeCompare(b.namespace) ||
      a.name.localeCompare(b.name),
  );
  const rows = [HEAD, ...sorted.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const open = findings.filter(({ breaks }) => breaks.length > 0).length;
  return [...lines, '', `${findings.length} LLM workloads, ${open} with a gap.`, ...LEGEND, ''].join('\n');
}
