/**
 * What the detectors find and what they cost: `npm run bench:detect -- [CORPORA]`. Prints Markdown. The costs need no data; CORPORA is the
 * folder of the development data (default: `shared/corpora` beside the checkout).
 */
import { ratesOn } from './rates.ts';
import { loopDelays, patternCosts } from './worst.ts';

const [corpora = '../../shared/corpora'] = process.argv.slice(2);

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

for (const line of patternCosts()) say(line);
say('');
for await (const line of loopDelays()) say(line);
for (const line of ratesOn(`${corpora.replace(/\/$/, '')}/`)) say(line);
