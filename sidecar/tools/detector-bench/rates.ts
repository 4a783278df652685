import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { assessInjection, createPiiDetector, createSecretsDetector } from '../../src/detectors/index.ts';
import { wilson } from './wilson.ts';

/** One line of a corpus. */
interface Row {
  readonly text: string;
  readonly label?: string;
  readonly source: string;
  readonly where?: string;
  readonly kind?: string;
}

/** The baseline of six lines that every detector must beat. */
const KEYWORDS =
  /(?:ignore|disregard|forget) (?:all |any |the )*(?:previous|prior|above)|system prompt|jailbreak|developer mode|\bDAN\b|pretend (?:to be|you are)/i;
/** The defaults of the policy. */
const USER = 0.8;
const UNTRUSTED = 0.5;

function isAttack({ label }: Row): boolean {
  return label === 'injection' || label === 'jailbreak';
}

function isUntrusted({ where = 'user' }: Row): boolean {
  return where !== 'user';
}

function isFlagged(row: Row): boolean {
  const finding = assessInjection(row.text, isUntrusted(row));
  return finding !== null && finding.score >= (isUntrusted(row) ? UNTRUSTED : USER);
}

/** Found and all, of each group. */
class Groups {
  readonly #counts = new Map<string, { found: number; keywords: number; all: number }>();

  add(group: string, found: boolean, keywords: boolean): void {
    const counts = this.#counts.get(group) ?? { found: 0, keywords: 0, all: 0 };
    counts.all += 1;
    counts.found += Number(found);
    counts.keywords += Number(keywords);
    this.#counts.set(group, counts);
  }

  lines(): readonly string[] {
    const sorted = [...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(
      ([group, { found, keywords, all }]) =>
        `| ${group} | ${all} | ${wilson(found, all)} | ${wilson(keywords, all)} |`,
    );
  }
}

/** The rows of a file; null if it is absent. */
function rowsOf(corpora: string, file: string): readonly Row[] | null {
  const path = join(corpora, file);
  if (!existsSync(path)) return null;
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line) as Row);
}

/** Markdown lines: how many injections are found at the defaults, with intervals of 95 %. A file that is absent is named. */
export function* injectionRates(corpora: string): Generator<string> {
  const prompts = rowsOf(corpora, 'prompts.jsonl');
  if (prompts === null) yield `Not measured: injection by source (no ${corpora}prompts.jsonl).`;
  else {
    const groups = new Groups();
    for (const row of prompts) {
      const place = isUntrusted(row) ? 'untrusted' : 'user';
      const kind = isAttack(row) ? 'attack' : 'benign';
      const [found, keywords] = [isFlagged(row), KEYWORDS.test(row.text)];
      groups.add(`${place}, ${kind}, **all**`, found, keywords);
      groups.add(`${place}, ${kind}, ${row.source}`, found, keywords);
    }
    yield* table('injection, by origin and source', groups);
  }
  const disguised = rowsOf(corpora, 'obfuscated.jsonl');
  if (disguised === null) {
    yield `Not measured: disguises (no ${corpora}obfuscated.jsonl).`;
    return;
  }
  const groups = new Groups();
  for (const row of disguised)
    groups.add(
      `${row.kind ?? row.source}, ${isAttack(row) ? 'attack' : 'benign'}`,
      isFlagged(row),
      KEYWORDS.test(row.text),
    );
  yield* table('injection, by disguise', groups);
}

/** Markdown lines: how much is found of secrets, and in what looks like personal data. */
export function* otherRates(corpora: string): Generator<string> {
  for (const [file, detector] of [
    ['secrets.jsonl', createSecretsDetector()],
    ['pii_lookalike.jsonl', createPiiDetector()],
  ] as const) {
    const texts = rowsOf(corpora, file);
    if (texts === null) {
      yield `Not measured: ${detector.id} (no ${corpora}${file}).`;
      continue;
    }
    const groups = new Groups();
    for (const row of texts)
      groups.add(`${row.source}, ${row.label ?? 'lookalike'}`, detector.scan(row.text).length > 0, false);
    yield* table(detector.id, groups);
  }
}

function* table(title: string, groups: Groups): Generator<string> {
  yield '';
  yield `| ${title} | texts | found | by keywords |`;
  yield '| --- | --- | --- | --- |';
  yield* groups.lines();
}
