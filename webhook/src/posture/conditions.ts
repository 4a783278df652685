import type { Pod } from '../inject/index.ts';
import { guessFrom, type Guess } from './guess.ts';
import { askForConditions, type Measured } from './measured.ts';

/** What is known of the four conditions of a workload. */
export type Conditions =
  /** Measured by its sidecar. */
  | { readonly source: 'sidecar'; readonly verdict: Measured['verdict']; readonly report: Measured }
  /** Guessed from its manifest, as there is no sidecar. It never suffices: a manifest does not show that something does not happen. */
  | {
      readonly source: 'manifest';
      readonly verdict: 'needed' | 'unknown';
      readonly guesses: readonly Guess[];
    }
  | { readonly source: 'none'; readonly verdict: 'unknown'; readonly problem: string };

/** Open requests to the API server. */
const AT_ONCE = 16;

interface Asked {
  readonly namespace: string;
  readonly name: string;
  readonly boundary: boolean;
}

/** The conditions of each pod, in the order of the list. @param send as for `askForConditions` */
export async function conditionsOf(
  pods: readonly { readonly finding: Asked; readonly pod: Pod }[],
  send: (path: string) => Promise<unknown>,
): Promise<readonly Conditions[]> {
  const known = new Map<number, Conditions>();
  const queue = pods.entries();
  const work = async (): Promise<void> => {
    for (const [index, { finding, pod }] of queue)
      known.set(index, finding.boundary ? await measuredOf(finding, send) : guessed(pod));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return pods.map(
    (_, index) => known.get(index) ?? { source: 'none', verdict: 'unknown', problem: 'not asked' },
  );
}

async function measuredOf(finding: Asked, send: (path: string) => Promise<unknown>): Promise<Conditions> {
  const measured = await askForConditions(finding, send);
  return measured.kind === 'report'
    ? { source: 'sidecar', verdict: measured.report.verdict, report: measured.report }
    : { source: 'none', verdict: 'unknown', problem: measured.problem };
}

function guessed(pod: Pod): Conditions {
  const guesses = guessFrom(pod);
  // A Secret in the environment is no sign by itself: most servers have one to download the model.
  const tells = guesses.some((guess) => guess !== 'holds_credentials');
  return { source: 'manifest', verdict: tells ? 'needed' : 'unknown', guesses };
}
