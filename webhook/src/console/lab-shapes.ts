import {
  hitsOf,
  parseTraffic,
  replay,
  shapeRequests,
  stricter,
  TrafficInvalid,
} from '@llm-boundary/sidecar/lab';
import type { CompiledPolicy } from '@llm-boundary/sidecar/policy';

import type { LabAnswer, LabShape } from './api-policies.ts';
import type { ExchangeRow } from './api-decisions.ts';
import { shownHit } from './exchanges.ts';

const MAX_SHAPES = 50;

const NOTE =
  'A shape is a route with a model and names of tools: the prompt of the request that is judged is empty, tools are offered without a schema, and those of MCP are called without arguments. Texts, arguments and replies are not in it.';

interface Counted {
  readonly row: ExchangeRow;
  exchanges: number;
  blocked: number;
}

/** Exchanges by shape, the most frequent first. */
function countedOf(rows: readonly ExchangeRow[]): readonly Counted[] {
  const found = new Map<string, Counted>();
  for (const row of rows) {
    const { dialect, method, path, host, model, tools } = row;
    const key = JSON.stringify([dialect, method, path, host, model, tools]);
    const known = found.get(key) ?? { row, exchanges: 0, blocked: 0 };
    known.exchanges += 1;
    if (row.verdict === 'block') known.blocked += 1;
    found.set(key, known);
  }
  return [...found.values()].sort((a, b) => b.exchanges - a.exchanges);
}

type Lines = ReturnType<typeof parseTraffic>;

/** Null: the exchange has no route, as that of `OPTIONS *`, `CONNECT`, or a request that is no HTTP. */
function linesOf({ method, path, host, ...row }: ExchangeRow): Lines | null {
  const lines = shapeRequests({ method, path, ...row }).map((request) =>
    JSON.stringify({ method, path, request, ...(host === null ? {} : { host }) }),
  );
  try {
    return path.startsWith('/') ? parseTraffic(lines.join('\n'), 'shape') : null;
  } catch (error) {
    if (!(error instanceof TrafficInvalid)) throw error;
    return null;
  }
}

function sumOf(shapes: readonly Counted[]): number {
  return shapes.reduce((sum, { exchanges }) => sum + exchanges, 0);
}

/** The last exchanges of a workload. */
export interface RecentRows {
  readonly rows: readonly ExchangeRow[];
  readonly sidecars: number;
  /** Sidecars that did not answer, or were not asked. */
  readonly silent: number;
}

/** The shapes of exchanges under a policy. */
export function shapesOf(
  { rows, sidecars, silent }: RecentRows,
  policy: CompiledPolicy,
): Pick<LabAnswer, 'shapes' | 'shapesNote'> {
  const counted = countedOf(rows);
  const read = counted.flatMap((each) => {
    const lines = linesOf(each.row);
    return lines === null ? [] : [{ each, lines }];
  });
  const judged = read
    .slice(0, MAX_SHAPES)
    .map(({ each, lines }) => ({ each, shape: shapeOf(each, lines, policy) }));
  const unread = sumOf(counted) - sumOf(read.map(({ each }) => each));
  const left = sumOf(judged.flatMap(({ each, shape }) => (shape === null ? [each] : [])));
  const more = read.length - judged.length;
  return {
    shapes: judged.flatMap(({ shape }) => (shape === null ? [] : [shape])),
    shapesNote: [
      NOTE,
      ...(rows.length > 0 ? [] : ['There is no exchange in the memory of the sidecars.']),
      ...(silent === 0
        ? []
        : [`Sidecars that did not answer, and whose exchanges are missing: ${silent} of ${sidecars}.`]),
      ...(unread === 0
        ? []
        : [`Exchanges without a route (OPTIONS *, CONNECT, or no HTTP), which are not judged: ${unread}.`]),
      ...(left === 0 ? [] : [`Exchanges whose shape says too little to judge them: ${left}.`]),
      ...(more === 0 ? [] : [`Rarer shapes that are not judged: ${more}.`]),
    ].join(' '),
  };
}

/** Null: it cannot be judged, since a body of this route needs more than the shape has. */
function shapeOf(
  { row, exchanges, blocked }: Counted,
  lines: Lines,
  policy: CompiledPolicy,
): LabShape | null {
  const { dialect, method, path, host, model, tools } = row;
  const judged = replay(lines, policy);
  if (judged.length === 0 || judged.some(({ code }) => code === 'request_malformed')) return null;
  return {
    ...{ dialect, method, path, host, model, tools, exchanges, blocked },
    verdict: judged.map(({ outcome }) => outcome).reduce(stricter),
    code: judged.find(({ code }) => code !== null)?.code ?? null,
    hits: judged.flatMap(({ evaluation }) => hitsOf(evaluation)).map(shownHit),
  };
}
