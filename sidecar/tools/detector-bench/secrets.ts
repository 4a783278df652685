import { foundBy, type Baselines } from './baselines.ts';
import { rowsOf, type Row } from './corpora.ts';
import { absent, printed, SECTIONS } from './section.ts';
import { findsIn, SECRETS } from './verdicts.ts';
import { wilson } from './wilson.ts';

interface Verdict {
  readonly row: Row;
  /** Of this detector, secretlint and guardrails; null where it was not asked. */
  readonly found: readonly (boolean | null)[];
}

function share(verdicts: readonly Verdict[], at: number): string {
  if (verdicts.some(({ found }) => found[at] === null)) return 'not measured';
  return wilson(verdicts.filter(({ found }) => found[at] === true).length, verdicts.length);
}

/** Of what was found in the lines of a secret and the others together, the share that is one. */
function precision(verdicts: readonly Verdict[], at: number): string {
  if (verdicts.some(({ found }) => found[at] === null)) return 'not measured';
  const flagged = verdicts.filter(({ found }) => found[at] === true);
  return wilson(flagged.filter(({ row }) => row.label === 'secret').length, flagged.length);
}

/** Markdown lines: recall, precision, and what is found in lines that only look like secrets. */
export async function* secretRates(corpora: string, baselines: Baselines): AsyncGenerator<string> {
  const rows = rowsOf(corpora, 'secrets.jsonl');
  if (rows === null) {
    yield* absent(SECTIONS.secrets, 'no `secrets.jsonl` in the folder');
    return;
  }
  const texts = rows.map(({ text }) => text);
  const others = [
    await foundBy(baselines.secretlint, texts),
    await foundBy(baselines.guardrailsSecrets, texts),
  ];
  const verdicts = rows.map((row, at): Verdict => {
    const { text, label, start = 0, end = 0 } = row;
    const isMet = (range: { readonly start: number; readonly end: number }): boolean =>
      label !== 'secret' || (range.start < end && range.end > start);
    const ours = label === 'secret' ? SECRETS.scan(text).some(isMet) : findsIn(SECRETS, text);
    return { row, found: [ours, ...others.map((found) => found?.[at]?.some(isMet) ?? null)] };
  });
  const secrets = verdicts.filter(({ row }) => row.label === 'secret');
  const clean = verdicts.filter(({ row }) => row.label !== 'secret');
  const [examples, lookalikes] = [true, false].map((isExample) =>
    clean.filter(({ row }) => (row.source === 'gitleaks') === isExample),
  );
  const detectors = [0, 1, 2];
  yield* printed(
    SECTIONS.secrets,
    [
      ['recall: lines with a secret', secrets, share] as const,
      ['precision: all lines', verdicts, precision] as const,
      ['examples that gitleaks lets pass', examples ?? [], share] as const,
      ['hashes, orders, versions and code', lookalikes ?? [], share] as const,
    ].map(([name, some, shown]) => [name, String(some.length), ...detectors.map((at) => shown(some, at))]),
  );
}
