import type { Window } from '@llm-boundary/webhook/console/api';
import type { Reach } from '@llm-boundary/webhook/console/api-search';

import { counted, number } from './count.ts';

/** What a search reached, and each thing that it did not: one sentence each. */
export function reachTexts({
  sidecars,
  asked,
  answered,
  forgot,
  younger,
  unguarded,
}: Reach): readonly string[] {
  const missed = sidecars - asked;
  const silent = asked - answered;
  return [
    sidecars === 0
      ? 'None of the pods that you may see has a sidecar.'
      : `${number(answered)} of ${counted(sidecars, 'sidecar')} answered.`,
    ...(missed === 0
      ? []
      : [
          `${number(missed)} could not be asked in the time of a search: name a namespace, or open a workload.`,
        ]),
    ...(silent === 0 ? [] : [`${number(silent)} did not answer.`]),
    ...(forgot === 0
      ? []
      : [
          `${number(forgot)} no longer have all exchanges of that time: llm-boundary-audit show reads them from the record.`,
        ]),
    ...(younger === 0
      ? []
      : [
          `${number(younger)} started within that minute or later, and know nothing of what was before them: the records of the pods that they replaced, and their own, have it.`,
        ]),
    ...(unguarded === 0 ? [] : [`${counted(unguarded, 'pod')} without a boundary decided nothing.`]),
  ];
}

/** Of a workload with more pods than are asked at once. */
export function notAskedText({ notAsked }: Pick<Window, 'notAsked'>): string {
  return `${counted(notAsked, 'sidecar')} of this workload are not asked, as there are too many: what they decided is in their records.`;
}
