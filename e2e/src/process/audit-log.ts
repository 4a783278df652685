import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The fields of a line of the audit log that tests use. */
export interface AuditLine {
  readonly kind: 'ingress' | 'egress' | 'action' | 'close';
  readonly exchange: string;
  readonly verdict: string;
  readonly code: string | null;
  readonly outcome: string | null;
  readonly hits: readonly { readonly rule: string; readonly action: string }[];
  readonly policy: { readonly generation: number; readonly sha256: string } | null;
}

/** Every decision in the log so far, in order. */
export function auditLines(folder: string): readonly AuditLine[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort();
  const lines = files.flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n'));
  return lines.flatMap((line) => {
    if (!line.includes('"exchange"')) return [];
    const entry = JSON.parse(line) as Partial<AuditLine>;
    return entry.exchange === undefined ? [] : [entry as AuditLine];
  });
}
