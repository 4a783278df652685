import { hashOf } from '../record/chain.ts';
import type { DecisionLine } from '../record/schema.ts';
import { argumentList, callerName } from '../verify/call-text.ts';
import { ocsfEvent } from './ocsf.ts';

export const EXPORT_FORMATS = ['csv', 'ocsf', 'cloudevents', 'jsonl'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const columns = [
  'time',
  'origin',
  'seq',
  'kind',
  'exchange',
  'direction',
  'dialect',
  'method',
  'path',
  'verdict',
  'code',
  'status',
  'model',
  'tools',
  'rules',
  'observed',
  'input_tokens',
  'output_tokens',
  'policy',
  'generation',
  'outcome',
  'host',
  'peer',
  'sha256',
  'arguments',
  'clock_offset_ms',
  'caller',
] as const;

/** The header line; null if the format has none. */
export function exportHeader(format: ExportFormat): string | null {
  return format === 'csv' ? columns.join(',') : null;
}

/**
 * One decision in another format, for an index or a spreadsheet. The log remains the evidence: `sha256` of the line leads back to it.
 * `text` is the exact line of the log; `offsetMs`: the lead of its clock over the anchor's, null if not known.
 */
export function exportDecision(
  format: ExportFormat,
  line: DecisionLine,
  text: string,
  offsetMs: number | null,
): string {
  switch (format) {
    case 'jsonl':
      return text;
    case 'csv':
      return csvRow(line, text, offsetMs);
    case 'ocsf':
      return JSON.stringify(ocsfEvent(line, text, offsetMs));
    case 'cloudevents':
      return JSON.stringify(cloudEvent(line, offsetMs));
  }
}

function csvRow(line: DecisionLine, text: string, offsetMs: number | null): string {
  const rules = (mode: string): string =>
    line.hits
      .filter((hit) => hit.mode === mode)
      .map((hit) => hit.rule)
      .join(' ');
  const row: Record<(typeof columns)[number], string | number | null> = {
    time: line.time,
    origin: line.origin,
    seq: line.seq,
    kind: line.kind,
    exchange: line.exchange,
    direction: line.direction,
    dialect: line.dialect,
    method: line.method,
    path: line.path,
    verdict: line.verdict,
    code: line.code,
    status: line.status,
    model: line.model,
    tools: line.tools.join(' '),
    rules: rules('enforce'),
    observed: rules('observe'),
    input_tokens: line.usage?.input_tokens ?? null,
    output_tokens: line.usage?.output_tokens ?? null,
    policy: line.policy?.name ?? null,
    generation: line.policy?.generation ?? null,
    outcome: line.outcome,
    host: line.host ?? line.connection?.host ?? null,
    peer: line.peer?.address ?? line.connection?.address ?? null,
    sha256: hashOf(text),
    arguments: argumentList(line.calls).join(' '),
    clock_offset_ms: offsetMs,
    caller: callerName(line),
  };
  return columns.map((column) => csvField(row[column])).join(',');
}

/** RFC 4180 §2, without formulas: callers choose models and paths, and a spreadsheet would run a value that looks like a formula. */
function csvField(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** CloudEvents 1.0.2 in its JSON format. `sequence` is padded so that it sorts as text (the extension of that name). */
function cloudEvent(line: DecisionLine, offsetMs: number | null): Readonly<Record<string, unknown>> {
  return {
    specversion: '1.0',
    id: String(line.seq),
    source: `/${line.origin}`,
    type: `io.llm-boundary.audit.${line.kind}`,
    subject: line.exchange,
    time: line.time,
    sequence: String(line.seq).padStart(16, '0'),
    datacontenttype: 'application/json',
    ...(offsetMs === null ? {} : { clockoffsetms: offsetMs }),
    data: line,
  };
}
