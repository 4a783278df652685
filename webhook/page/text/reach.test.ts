import { reachTexts } from './reach.ts';

const NOTHING = { sidecars: 0, asked: 0, answered: 0, forgot: 0, younger: 0, unguarded: 0 };

it.each([
  [NOTHING, ['None of the pods that you may see has a sidecar.']],
  [{ ...NOTHING, sidecars: 2, asked: 2, answered: 2 }, ['2 of 2 sidecars answered.']],
  [
    { sidecars: 3_000, asked: 2_000, answered: 1_990, forgot: 7, younger: 4, unguarded: 1 },
    [
      '1,990 of 3,000 sidecars answered.',
      '1,000 could not be asked in the time of a search: name a namespace, or open a workload.',
      '10 did not answer.',
      '7 no longer have all exchanges of that time: llm-boundary-audit show reads them from the record.',
      '4 started within that minute or later, and know nothing of what was before them: the records of the pods that they replaced, and their own, have it.',
      '1 pod without a boundary decided nothing.',
    ],
  ],
])('says what was reached: %j', (reach, texts) => {
  expect(reachTexts(reach)).toEqual(texts);
});
