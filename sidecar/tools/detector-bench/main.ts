/**
 * What the detectors find and what they cost: `npm run bench:detect -w sidecar -- [CORPORA] [--only PART] [--guardrails FOLDER]
 * [--secretlint FOLDER] [--presidio FOLDER]`. Prints Markdown. The costs need no data; CORPORA is the folder of the development data (default:
 * `shared/corpora` beside the checkout). The folders are those of an npm project, or of a Python environment, with the package.
 */
import { existsSync, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { baselinesOf } from './baselines.ts';
import { comparedCosts } from './compared.ts';
import { disguiseRates } from './disguises.ts';
import { everydayRates } from './everyday.ts';
import { personalRates } from './personal.ts';
import { injectionRates } from './rates.ts';
import { secretRates } from './secrets.ts';
import { loopDelays, patternCosts } from './worst.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string' },
    guardrails: { type: 'string' },
    secretlint: { type: 'string' },
    presidio: { type: 'string' },
  },
});
const corpora = positionals[0] ?? '../../shared/corpora';
const CARD = '../docs/reference/injection-model.md';
const SENTENCES = 'src/detectors/testdata/everyday.yaml';

const baselines = await baselinesOf({
  guardrails: values.guardrails,
  secretlint: values.secretlint,
  presidio: values.presidio,
});
const card = existsSync(CARD) ? readFileSync(CARD, 'utf8') : '';
/** In the order of the page. */
const PARTS: Readonly<Record<string, () => Iterable<string> | AsyncIterable<string>>> = {
  injection: () => injectionRates(corpora, card),
  disguises: () => disguiseRates(corpora),
  personal: () => personalRates(corpora, baselines),
  secrets: () => secretRates(corpora, baselines),
  everyday: () => everydayRates(corpora, SENTENCES, baselines),
  cost: () => loopDelays(),
  compared: () => comparedCosts(corpora, baselines),
  patterns: () => patternCosts(),
};

const names = Object.keys(PARTS);
if (values.only !== undefined && !names.includes(values.only))
  throw new Error(`--only ${values.only}: none of ${names.join(', ')}`);
/** The costs first: memory and collections of garbage would be those of the data otherwise. */
const inTime = ['cost', 'patterns', ...names.filter((name) => name !== 'cost' && name !== 'patterns')];
const printed = new Map<string, string[]>();
for (const name of inTime.filter((one) => values.only === undefined || values.only === one)) {
  process.stderr.write(`${name} …\n`);
  const lines: string[] = [];
  for await (const line of PARTS[name]?.() ?? []) lines.push(line);
  printed.set(name, lines);
}
for (const name of names) for (const line of printed.get(name) ?? []) process.stdout.write(`${line}\n`);
