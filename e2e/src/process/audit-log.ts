import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The fields of a line of the audit log that tests use. */
export interface AuditLine {
  readonly kind: 'ingress' | 'egress' | 'action' | 'close';
  readonly exchange: string;
  readonly verdict: string;
  readonly code: string | null;
  readonly mcp?: { readonly methods: readonly string[]; readonly version: string };
  readonly outcome: string | null;
  readonly hits: readonly { readonly rule: string; readonly action: string }[];
  readonly policy: { readonly generation: number; readonly sha256: string } | null;
}

/** Every line of the log so far, in order, as text. */
function textLines(folder: string): readonly string[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort();
  return files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
}

/** True if the log ends with a checkpoint: every line of it is signed. */
export function isSigned(folder: string): boolean {
  // Zeros follow in a file that is being written.
  const last = textLines(folder).findLast((line) => line.startsWith('{'));
  return last?.includes('"kind":"checkpoint"') === true;
}

/** Every decision in the log so far, in order. */
export function auditLines(folder: string): readonly AuditLine[] {
  return textLines(folder).flatMap((line) => {
    if (!line.includes('"exchange"')) return [];
    const entry = JSON.parse(line) as Partial<AuditLine>;
    return entry.exchange === undefined ? [] : [entry as AuditLine];
  });
}
