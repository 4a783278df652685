/**
 * What the detectors find and what they cost: `npm run bench:detect -- [CORPORA] [--only injection]`. Prints Markdown. The costs need no data;
 * CORPORA is the folder of the development data (default: `shared/corpora` beside the checkout).
 */
import { parseArgs } from 'node:util';
import { injectionRates, otherRates } from './rates.ts';
import { loopDelays, patternCosts } from './worst.ts';

const { positionals, values } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
if (values.only !== undefined && values.only !== 'injection')
  throw new Error(`--only ${values.only}: only "injection" can be measured alone`);
const corpora = `${(positionals[0] ?? '../../shared/corpora').replace(/\/$/, '')}/`;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

if (values.only === undefined) {
  for (const line of patternCosts()) say(line);
  say('');
  for await (const line of loopDelays()) say(line);
}
for (const line of injectionRates(corpora)) say(line);
if (values.only === undefined) for (const line of otherRates(corpora)) say(line);
