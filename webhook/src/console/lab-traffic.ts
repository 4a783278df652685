import {
  hitsOf,
  JsonFault,
  jsonValues,
  offsetIn,
  outcomeOf,
  parseTraffic,
  positionAt,
  replay,
  TrafficInvalid,
} from '@llm-boundary/sidecar/lab';
import type { CompiledPolicy } from '@llm-boundary/sidecar/policy';

import type { LabAnswer, LabProblem, LabReplay } from './api-policies.ts';
import { shownHit } from './exchanges.ts';

const MAX_EXCHANGES = 500;
/** Bodies may be 64 levels deep. */
const MAX_DEPTH = 100;

type Lines = ReturnType<typeof parseTraffic>;

function problemAt(text: string, offset: number, path: string, message: string): LabProblem {
  return { ...positionAt(text, offset), path, message };
}

/** Exchanges that were pasted: JSON lines, or objects over several lines. */
function linesOf(text: string): Lines | LabProblem {
  let spans: ReturnType<typeof jsonValues>;
  try {
    // Before anything else reads it: what reads JSON is recursive.
    spans = jsonValues(text, MAX_DEPTH);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return problemAt(text, error.offset, '', error.message);
  }
  const first = spans[MAX_EXCHANGES];
  if (first !== undefined)
    return problemAt(text, first.start, '', `${spans.length} exchanges; expected at most ${MAX_EXCHANGES}`);
  const rows = spans.map(({ start, end }) => JSON.stringify(JSON.parse(text.slice(start, end))));
  try {
    return parseTraffic(rows.join('\n'), 'exchange');
  } catch (error) {
    if (!(error instanceof TrafficInvalid)) throw error;
    const { path, pathText, at, reason } = error;
    const start = spans[error.line - 1]?.start ?? 0;
    return problemAt(text, offsetIn(text, { start, wanted: path, at }), pathText, reason);
  }
}

/** Judges exchanges that were pasted. Null: there are none. */
export function replayed(
  traffic: string | null,
  policy: CompiledPolicy,
): Pick<LabAnswer, 'replayed' | 'trafficProblem'> {
  const lines = linesOf(traffic ?? '');
  if ('message' in lines) return { replayed: [], trafficProblem: lines };
  return {
    trafficProblem: null,
    replayed: replay(lines, policy).map(({ traffic: { name }, evaluation, code, unmet }): LabReplay => {
      const { request, reply, dialect } = evaluation;
      return {
        ...{ name, dialect, code, unmet },
        request: outcomeOf(request),
        reply: reply === null ? null : outcomeOf(reply),
        detail: detailOf(request) ?? (reply === null ? null : detailOf(reply)),
        hits: hitsOf(evaluation).map(shownHit),
      };
    }),
  };
}

type Judged = ReturnType<typeof replay>[number]['evaluation']['request'];

function detailOf(verdict: Judged): string | null {
  return verdict !== 'pass' && verdict.kind === 'block' ? verdict.detail : null;
}
