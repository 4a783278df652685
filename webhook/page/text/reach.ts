import type { Reach } from '@llm-boundary/webhook/console/api-search';

import { counted, number } from './count.ts';

/** What a search reached, and each thing that it did not: one sentence each. */
export function reachTexts({ sidecars, asked, answered, forgot, unguarded }: Reach): readonly string[] {
  const missed = sidecars - asked;
  const silent = asked - answered;
  return [
    sidecars === 0
      ? 'None of the pods that you may see has a sidecar.'
      : `${number(answered)} of ${counted(sidecars, 'sidecar')} answered.`,
    ...(missed === 0
      ? []
      : [`${number(missed)} could not be asked in the time of a search: open their workloads.`]),
    ...(silent === 0 ? [] : [`${number(silent)} did not answer.`]),
    ...(forgot === 0
      ? []
      : [
          `${number(forgot)} no longer have all exchanges of that time: llm-boundary-audit show reads them from the record.`,
        ]),
    ...(unguarded === 0 ? [] : [`${counted(unguarded, 'pod')} without a boundary decided nothing.`]),
  ];
}
