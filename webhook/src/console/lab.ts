import { UsageError } from '@llm-boundary/sidecar/flags';
import { hitsOf, outcomeOf, parseTraffic, replay } from '@llm-boundary/sidecar/lab';
import {
  canonicalPolicy,
  compile,
  effectivePolicy,
  parsePolicy,
  PolicyInvalid,
  type CompiledPolicy,
  type Problem,
} from '@llm-boundary/sidecar/policy';
import { z } from 'zod';

import type { LabAnswer, LabProblem, LabReplay, LabRequest, LabShape } from './api-policies.ts';
import type { ExchangeRow } from './api.ts';
import { shownHit } from './exchanges.ts';
import { valuesOf } from './policies.ts';
import type { BookLayers } from './source.ts';

const MAX_SHAPES = 50;
const MAX_POLICY_BYTES = 256 * 1024;
const MAX_TRAFFIC_BYTES = 1024 * 1024;
const MAX_EXCHANGES = 500;
/** Bodies may be 64 levels deep. */
const MAX_DEPTH = 100;

function textOf(maxBytes: number): z.ZodType<string> {
  return z.string().refine((text) => Buffer.byteLength(text) <= maxBytes, {
    error: `expected at most ${maxBytes} bytes`,
  });
}

/** What `POST /api/lab` may say. An issue `custom` names a limit. */
export const labRequest: z.ZodType<LabRequest> = z.strictObject({
  policy: textOf(MAX_POLICY_BYTES),
  namespace: z.string().nullable(),
  traffic: textOf(MAX_TRAFFIC_BYTES).nullable(),
  shapesOf: z.strictObject({ namespace: z.string(), kind: z.string(), name: z.string() }).nullable(),
});

const NOTHING: LabAnswer = {
  ...{ v: 1, problems: [], warnings: [], text: null, sha256: null, values: [], replayed: [] },
  ...{ trafficProblem: null, shapes: [], shapesNote: null },
};

function shown({ line, column, path, message }: Problem): LabProblem {
  return { line, column, path, message };
}

/** One run. It can be cloned into a worker. */
export interface LabTask {
  readonly request: LabRequest;
  /** The floor and the policies of the namespace. Null: none. */
  readonly outer: BookLayers | null;
  /** The last exchanges whose shapes are judged. Null: none are asked for. */
  readonly rows: readonly ExchangeRow[] | null;
}

/** Checks a policy and replays exchanges against it. It can take many seconds: see `LabRuns`. Never throws. */
export function runLab({ request: { policy: text, traffic }, outer, rows }: LabTask): LabAnswer {
  const parsed = parsePolicy(text, 'policy');
  if (!parsed.ok) return { ...NOTHING, problems: parsed.problems.map(shown) };
  const layers = { floor: outer?.floor, namespace: outer?.namespace, workload: parsed.document };
  const warnings = parsed.warnings.map(shown);
  try {
    const effective = effectivePolicy(layers);
    const fingerprints = new Map([...(outer?.fingerprints ?? []), ...parsed.fingerprints]);
    const compiled = compile(effective, { name: 'lab', generation: 1, loadedAtMs: 0, fingerprints });
    return {
      ...{ ...NOTHING, ...canonicalPolicy(effective), warnings, values: valuesOf(layers) },
      ...replayed(traffic, compiled),
      ...(rows === null ? {} : shapes(rows, compiled)),
    };
  } catch (error) {
    if (!(error instanceof PolicyInvalid)) throw error;
    return { ...NOTHING, warnings, problems: error.problems.map(shown) };
  }
}

function replayed(
  traffic: string | null,
  policy: CompiledPolicy,
): Pick<LabAnswer, 'replayed' | 'trafficProblem'> {
  if (traffic === null) return { replayed: [], trafficProblem: null };
  try {
    const lines = replay(parseTraffic(bounded(traffic), 'exchange'), policy);
    return {
      trafficProblem: null,
      replayed: lines.map(({ traffic: { name }, evaluation, code, unmet }): LabReplay => ({
        name,
        request: outcomeOf(evaluation.request),
        reply: evaluation.reply === null ? null : outcomeOf(evaluation.reply),
        code,
        hits: hitsOf(evaluation).map(shownHit),
        unmet,
      })),
    };
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { replayed: [], trafficProblem: error.message };
  }
}

/** Lines of JSON, within the limits. @throws UsageError */
function bounded(traffic: string): string {
  // Before anything reads it: what reads JSON is recursive.
  if (isDeeper(traffic, MAX_DEPTH))
    throw new UsageError(`exchange: nested too deeply; expected at most ${MAX_DEPTH} levels`);
  const text = onePerLine(traffic);
  const count = text.split('\n').filter((row) => row.trim() !== '').length;
  if (count > MAX_EXCHANGES)
    throw new UsageError(`${count} exchanges; expected at most ${MAX_EXCHANGES}, one a line`);
  return text;
}

/** Brackets within strings do not count. */
function isDeeper(text: string, limit: number): boolean {
  let depth = 0;
  let isString = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '"') isString = !isString;
    else if (isString) at += char === '\\' ? 1 : 0;
    else if (char === '[' || char === '{') depth += 1;
    else if (char === ']' || char === '}') depth -= 1;
    if (depth > limit) return true;
  }
  return false;
}

/** A pasted object may stand on several lines. */
function onePerLine(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return text;
  }
}

const NOTE =
  'A shape is a route with a model and names of tools: the prompt of the request that is judged is empty, and tools are offered without a schema. Texts, arguments and replies are not in it.';

function shapes(
  rows: readonly ExchangeRow[],
  policy: CompiledPolicy,
): Pick<LabAnswer, 'shapes' | 'shapesNote'> {
  const found = new Map<string, { readonly row: ExchangeRow; exchanges: number; blocked: number }>();
  for (const row of rows.filter(({ dialect }) => dialect === 'openai-chat')) {
    const { method, path, host, model, tools } = row;
    const key = JSON.stringify([method, path, host, model, tools]);
    const known = found.get(key) ?? { row, exchanges: 0, blocked: 0 };
    known.exchanges += 1;
    if (row.verdict === 'block') known.blocked += 1;
    found.set(key, known);
  }
  const left = rows.filter(({ dialect }) => dialect !== 'openai-chat').length;
  const others = left === 0 ? '' : ` ${left} exchanges of other APIs have no shape that can be judged.`;
  return {
    shapes: [...found.values()]
      .sort((a, b) => b.exchanges - a.exchanges)
      .slice(0, MAX_SHAPES)
      .map((each) => shapeOf(each, policy)),
    shapesNote: `${NOTE}${others}`,
  };
}

function shapeOf(
  {
    row,
    exchanges,
    blocked,
  }: { readonly row: ExchangeRow; readonly exchanges: number; readonly blocked: number },
  policy: CompiledPolicy,
): LabShape {
  const { dialect, method, path, host, model, tools } = row;
  const offered = tools.map((name) => ({ type: 'function', function: { name, parameters: {} } }));
  const request = {
    model: model ?? '',
    messages: [{ role: 'user', content: '' }],
    ...(offered.length === 0 ? {} : { tools: offered }),
  };
  const line = { method, path, request, ...(host === null ? {} : { host }) };
  const [judged] = replay(parseTraffic(JSON.stringify(line), 'shape'), policy);
  return {
    ...{ dialect, method, path, host, model, tools, exchanges, blocked },
    verdict: judged?.outcome ?? 'pass',
    code: judged?.code ?? null,
    hits: judged === undefined ? [] : hitsOf(judged.evaluation).map(shownHit),
  };
}
