import { reachTexts } from './reach.ts';

const NOTHING = { sidecars: 0, asked: 0, answered: 0, forgot: 0, unguarded: 0 };

it.each([
  [NOTHING, ['None of the pods that you may see has a sidecar.']],
  [{ ...NOTHING, sidecars: 2, asked: 2, answered: 2 }, ['2 of 2 sidecars answered.']],
  [
    { sidecars: 3_000, asked: 2_000, answered: 1_990, forgot: 7, unguarded: 1 },
    [
      '1,990 of 3,000 sidecars answered.',
      '1,000 could not be asked in the time of a search: open their workloads.',
      '10 did not answer.',
      '7 no longer have all exchanges of that time: llm-boundary-audit show reads them from the record.',
      '1 pod without a boundary decided nothing.',
    ],
  ],
])('says what was reached: %j', (reach, texts) => {
  expect(reachTexts(reach)).toEqual(texts);
});
