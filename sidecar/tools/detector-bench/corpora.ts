import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One line of a corpus. */
export interface Row {
  readonly text: string;
  readonly label?: string;
  readonly source: string;
  readonly where?: string;
  readonly lang?: string;
  readonly kind?: string;
  /** Of a disguised text: what it says. */
  readonly plain?: string;
  /** Of a secret. */
  readonly start?: number;
  readonly end?: number;
  readonly entities?: readonly { readonly type: string; readonly start: number; readonly end: number }[];
}

/** The rows of a file; null if it is absent. @throws SyntaxError where a line is no JSON */
export function rowsOf(corpora: string, file: string): readonly Row[] | null {
  const path = join(corpora, file);
  if (!existsSync(path)) return null;
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Row);
}

export function isAttack({ label }: Row): boolean {
  return label === 'injection' || label === 'jailbreak';
}

/** At most `count`, evenly chosen. */
export function some<T>(all: readonly T[], count: number): readonly T[] {
  const step = Math.max(1, all.length / count);
  return all.filter((_, at) => Math.floor(at / step) !== Math.floor((at - 1) / step)).slice(0, count);
}
