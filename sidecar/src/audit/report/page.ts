import { CONTROLS, SECTIONS, type SectionId } from './controls.ts';
import { controlsTables } from './controls-page.ts';
import type { Table } from './rows.ts';
import { markup, Markup } from './markup.ts';
import { lengthOf, nameOf, rulesPlot, timelinePlot } from './plots.ts';
import type { AuditReport } from './report.ts';
import type { RuleRow } from './rule-table.ts';
import { STYLE } from './style.ts';
import { table, type Column } from './tables.ts';
import type { Verification } from './verification.ts';

/**
 * The report as one HTML document: no script, no external resource, every value of the record escaped. It names each section's controls,
 * and each control's gap.
 */
export function reportPage(report: AuditReport): string {
  const { period } = report;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Audit report of llm-boundary</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<a class="skip" href="#evidence">To the report</a>
<header>
<h1>Audit report of llm-boundary</h1>
<p>Asked for: ${period.from ?? 'the beginning of the record'} to ${period.to ?? 'its end'}. Decisions found: ${period.firstTime ?? 'none'}${period.firstTime === null ? '' : ` to ${period.lastTime ?? ''}`}. Made at ${report.generated}. Times are UTC.</p>
<p class="note">Made from the record alone. It shows what the boundary saw and did; it is no certificate, and whether a control is met is for an auditor to say.</p>
</header>
<nav aria-label="Contents"><ul>
${Object.entries({ ...SECTIONS, controls: 'Controls and what supports them' }).map(
  ([id, title]) => markup`<li><a href="#${id}">${title}</a></li>
`,
)}</ul></nav>
<main>
${evidence(report.verification)}
${guarded(report)}
${policies(report)}
${refused(report)}
${observed(report)}
${gaps(report)}
<section aria-labelledby="controls"><h2 id="controls">Controls and what supports them</h2>
${controlsTables(report.controls)}</section>
</main>
</body>
</html>
`;
  return page.toString();
}

function section(id: SectionId, ...content: readonly Markup[]): Markup {
  const supports = CONTROLS.filter(({ sections }) => sections.includes(id));
  const ids = supports.map(({ framework, id: control }) => `${shortOf(framework)} ${control}`);
  return markup`<section aria-labelledby="${id}"><h2 id="${id}">${SECTIONS[id]}</h2>
${content}${
    ids.length === 0
      ? null
      : markup`<p class="note">Supports: ${ids.join(', ')}.</p>
`
  }</section>`;
}

function shortOf(framework: string): string {
  return framework.startsWith('OWASP') ? 'OWASP' : (framework.split(/[,:]/, 1)[0] ?? '');
}

const VERDICTS: Readonly<Record<Verification['verdict'], string>> = {
  complete: 'The record is whole and unchanged.',
  tampered: 'The record was TAMPERED with.',
  missing: 'Parts of the record are MISSING.',
  unanchored: 'Nothing wrong was found, and not everything can be told.',
};

function evidence({ verdict, against, logs, lines, pods, tampered, missing, remarks }: Verification): Markup {
  const how =
    against === 'fleet log'
      ? 'Checked against what the anchor knew of every pod in this time'
      : 'Checked by its own chain and the keys that were given, the whole of it';
  const problems: readonly Column<{ readonly where: string; readonly text: string }>[] = [
    ['where', ({ where }) => where],
    ['what', ({ text }) => text, 'long'],
  ];
  return section(
    'evidence',
    markup`<p class="verdict ${verdict}"><strong>${VERDICTS[verdict]}</strong> ${how}. Logs: ${logs}; lines: ${lines}${pods === null ? '' : `; pods: ${pods.complete} complete, ${pods.tampered} tampered, ${pods.missing} with missing lines, ${pods.unclear} unclear`}.</p>
`,
    ...(tampered.items.length === 0
      ? []
      : [table('Tampered', problems, { rows: tampered.items, omitted: tampered.omitted, isCut: false })]),
    ...(missing.items.length === 0
      ? []
      : [table('Missing', problems, { rows: missing.items, omitted: missing.omitted, isCut: false })]),
    ...(remarks.items.length === 0
      ? []
      : [
          markup`<p>Remarks:</p><ul>${remarks.items.map(
            (text) => markup`<li>${text}</li>
`,
          )}</ul>${remarks.omitted === 0 ? null : markup`<p class="note">${remarks.omitted} more.</p>`}
`,
        ]),
  );
}

const NAMED: readonly Column<AuditReport['facts']['models']['rows'][number]>[] = [
  ['name', ({ name }) => name],
  ['decisions', ({ decisions }) => decisions, 'number'],
  ['refused', ({ refused: count }) => count, 'number'],
  ['replaced', ({ redacted }) => redacted, 'number'],
  ['observed', ({ observed: count }) => count, 'number'],
  ['first', ({ firstTime }) => firstTime, 'time'],
  ['last', ({ lastTime }) => lastTime, 'time'],
];

function guarded({ facts }: AuditReport): Markup {
  const { totals, events, timeline } = facts;
  const sums: readonly (readonly [string, number | null])[] = [
    ['exchanges', totals.exchanges],
    ['decisions on requests and replies', totals.decisions],
    ['refused', totals.refused],
    ['let pass with parts replaced', totals.redacted],
    ['let pass where a rule in mode observe hit', totals.observed],
    ['let pass without inspection', totals.uninspected],
    ['requests with untrusted text', totals.tainted],
    ['failures of a model server', totals.upstreamFailed],
    ['tokens read by models', totals.inputTokens],
    ['tokens written by models', totals.outputTokens],
    ['logs with a decision', events.logs],
  ];
  return section(
    'guarded',
    table(
      'In numbers',
      [
        ['what', ([what]) => what],
        ['count', ([, count]) => count, 'number'],
      ],
      { rows: sums, omitted: 0, isCut: false },
    ),
    ...(timeline.intervals.length === 0
      ? []
      : [
          timelinePlot(timeline),
          markup`<details><summary>The numbers of the plot</summary>
${table(
  `Decisions by intervals of ${lengthOf(timeline.seconds)}`,
  [
    ['from', ({ start }) => start, 'time'],
    ['let pass', ({ allowed }) => allowed, 'number'],
    ['observed', ({ observed: count }) => count, 'number'],
    ['replaced', ({ redacted }) => redacted, 'number'],
    ['refused', ({ refused: count }) => count, 'number'],
  ],
  { rows: timeline.intervals, omitted: 0, isCut: false },
)}</details>
`,
        ]),
    table('Workloads: cluster/namespace/pod', NAMED, facts.workloads),
    table('Verified callers: issuer, and keyed digest of the subject', NAMED, facts.callers),
    table('Models, as callers name them', NAMED, facts.models),
    table('Tools that were offered, forced or called', NAMED, facts.tools),
    table('Requested hosts', NAMED, facts.hosts),
    table('Directions and protocols', NAMED, facts.routes),
    markup`<p class="note">A name that is no plain name stands as *. A refused decision counts at every name in it. Whose digest it is, llm-boundary-audit digest --issuer tells the holder of the key.${events.versions.length === 0 ? '' : ` Versions of the sidecar that began a log in this time: ${events.versions.join(', ')}.`}${events.largestOffsetMs === null ? '' : ` Clocks of ${String(events.comparedClocks)} logs were compared with the anchor's: at most ${String(events.largestOffsetMs)} ms apart.`}</p>
`,
  );
}

function policies({ facts }: AuditReport): Markup {
  return section(
    'policies',
    table(
      'Policies that were in force',
      [
        ['name', ({ name }) => name],
        ['SHA-256 of the document', ({ sha256 }) => sha256, 'long'],
        ['since', ({ since }) => since, 'time'],
        ['last', ({ lastTime }) => lastTime, 'time'],
        ['decisions', ({ decisions }) => decisions, 'number'],
        ['refused', ({ refused: count }) => count, 'number'],
      ],
      facts.policies,
    ),
    markup`<p class="note">Since: the first line of the record that names the document, also one before this time.</p>
`,
  );
}

const RULES: readonly Column<RuleRow>[] = [
  ['rule', nameOf],
  ['control', ({ control }) => control ?? ''],
  ['action', ({ action }) => (action === 'block' ? 'refuse' : 'replace')],
  ['code', ({ code }) => code],
  ['decisions', ({ count }) => count, 'number'],
  ['first', ({ firstTime }) => firstTime, 'time'],
  ['last', ({ lastTime }) => lastTime, 'time'],
];

function refused({ facts: { enforced } }: AuditReport): Markup {
  return section('refused', ...rules('Rules that were applied', enforced, false));
}

function observed({ facts: { observed: rows } }: AuditReport): Markup {
  return section('observed', ...rules('Rules in mode observe, which would have been applied', rows, true));
}

function rules(title: string, rows: Table<RuleRow>, isObserved: boolean): readonly Markup[] {
  const plots = rows.rows.length === 0 ? [] : [rulesPlot(title, rows.rows, isObserved)];
  return [...plots, table(title, RULES, rows)];
}

function gaps({ gaps: texts }: AuditReport): Markup {
  return section(
    'gaps',
    markup`<ul>
${texts.map(
  (text) => markup`<li>${text}</li>
`,
)}</ul>
`,
  );
}
