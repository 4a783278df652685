import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

import { refusalOf } from './answer.ts';
import { AnswerInvalid, scoreIn } from './protocol.ts';
import { settingsOf } from './testing/settings.ts';

interface Recorded {
  readonly answers: readonly {
    readonly server: string;
    readonly policy: string;
    readonly body: string;
    readonly score: number | null;
  }[];
  readonly refusals: readonly {
    readonly server: string;
    readonly status: number;
    readonly body: string;
    readonly bytes?: number;
    readonly means: string;
  }[];
}

const { answers, refusals } = parse(
  readFileSync(new URL('./testdata/servers.yaml', import.meta.url), 'utf8'),
) as Recorded;

const MEANINGS: Readonly<Record<string, RegExp>> = {
  'no-model': /^invalid: HTTP 40[04]: it has no model of this name; set model/,
  'no-path': /^invalid: HTTP 404: it has no such path; set url/,
  'no-token': /^invalid: HTTP 401: it does not take the token; .* in tokenFile$/,
  'not-taken': /^invalid: HTTP 4\d\d: it does not take a text of \d+ bytes either; look at protocol/,
};

it.each(answers)('reads what is answered by $server', ({ policy, body, score }) => {
  const read = (): number => scoreIn(JSON.parse(body), settingsOf(policy));
  if (score === null) expect(read).toThrow(AnswerInvalid);
  else expect(read()).toBeCloseTo(score, 10);
});

it.each(refusals)('says what is wrong where it is refused by $server', ({ status, body, bytes, means }) => {
  const refusal = refusalOf(status, body, bytes ?? 1_500);
  const told = 'reason' in refusal ? `${refusal.kind}: ${refusal.reason}` : refusal.kind;
  const meaning = MEANINGS[means];
  if (meaning === undefined) expect(told).toBe(means);
  else expect(told).toMatch(meaning);
});
