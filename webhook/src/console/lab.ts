import {
  canonicalPolicy,
  compile,
  effectivePolicy,
  parsePolicy,
  PolicyInvalid,
  type Problem,
} from '@llm-boundary/sidecar/policy';
import { z } from 'zod';

import type { LabAnswer, LabProblem, LabRequest } from './api-policies.ts';
import { shapesOf, type RecentRows } from './lab-shapes.ts';
import { replayed } from './lab-traffic.ts';
import { valuesOf } from './policies/policies.ts';
import type { BookLayers } from './source.ts';

const MAX_POLICY_BYTES = 256 * 1024;
const MAX_TRAFFIC_BYTES = 1024 * 1024;

function textOf(maxBytes: number): z.ZodType<string> {
  return z.string().refine((text) => Buffer.byteLength(text) <= maxBytes, {
    error: `expected at most ${maxBytes} bytes`,
  });
}

/** What `POST /api/lab` may say. An issue `custom` names a limit. */
export const labRequest: z.ZodType<LabRequest> = z.strictObject({
  policy: textOf(MAX_POLICY_BYTES),
  namespace: z.string().nullable(),
  copyOf: z.string().nullish(),
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
  readonly recent: RecentRows | null;
}

/** Checks a policy and replays exchanges against it. It can take many seconds: see `LabRuns`. Never throws. */
export function runLab({ request: { policy: text, traffic }, outer, recent }: LabTask): LabAnswer {
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
      ...(recent === null ? {} : shapesOf(recent, compiled)),
    };
  } catch (error) {
    if (!(error instanceof PolicyInvalid)) throw error;
    return { ...NOTHING, warnings, problems: error.problems.map(shown) };
  }
}
