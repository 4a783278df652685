import { createPiiDetector, createSecretsDetector } from '../../src/detectors/index.ts';
import type { Baseline, Baselines } from './baselines.ts';
import { rowsOf, some } from './corpora.ts';
import { cpuMsSince } from './cpu.ts';
import { absent, printed, SECTIONS } from './section.ts';
import { isInjection, KEYWORDS } from './verdicts.ts';

const MOST = 500;
const TOKEN = 4;

function inline(name: string, work: (text: string) => unknown): Baseline {
  return {
    name,
    scan(texts) {
      const since = process.cpuUsage();
      for (const text of texts) work(text);
      return Promise.resolve({ found: [], tookMs: cpuMsSince(since) });
    },
  };
}

/** Markdown lines: what each detector and each baseline takes for the same texts. */
export async function* comparedCosts(corpora: string, baselines: Baselines): AsyncGenerator<string> {
  const forms = rowsOf(corpora, 'pii.jsonl');
  if (forms === null) {
    yield* absent(SECTIONS.compared, 'no `pii.jsonl` in the folder');
    return;
  }
  const texts = some(forms, MOST).map(({ text }) => text);
  const tokens = texts.reduce((sum, { length }) => sum + length, 0) / TOKEN;
  const [personal, secrets] = [createPiiDetector(), createSecretsDetector()];
  const all = [
    inline('personal data', (text) => personal.scan(text)),
    inline('secrets', (text) => secrets.scan(text)),
    inline('injections', (text) => isInjection(text, true)),
    inline('keyword list', (text) => KEYWORDS.test(text)),
    ...[baselines.guardrailsPersonal, baselines.guardrailsSecrets, baselines.secretlint, baselines.presidio],
  ].filter((one) => one !== null);
  const rows: string[][] = [];
  for (const one of all) {
    await one.scan(texts);
    const { tookMs } = await one.scan(texts);
    rows.push([one.name, ((1000 * tookMs) / tokens).toFixed(2)]);
  }
  yield* printed(SECTIONS.compared, rows);
}
