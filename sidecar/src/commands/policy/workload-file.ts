import { z } from 'zod';

import { UNKNOWN_WORKLOAD, type Workload } from '../../exchange/index.ts';
import { readYaml } from '../../policy/document/yaml-text.ts';
import type { CompletePolicy } from '../../policy/layers/fill.ts';
import { UsageError, type FlagSpec } from '../flags/flags.ts';

/** Of commands that judge traffic. */
export const WORKLOAD_FLAG = {
  name: 'workload',
  env: 'LLM_BOUNDARY_WORKLOAD',
  kind: 'text',
  value: 'FILE',
  describe:
    'The manifest of a Pod, or of a Deployment or the like with one, for conditions on workload. Default: nothing is known of it, and no such condition holds.',
} as const satisfies FlagSpec;

const metadata = z
  .looseObject({
    namespace: z.string().nullish(),
    name: z.string().nullish(),
    labels: z.record(z.string(), z.string()).nullish(),
  })
  .nullish();
const pod = z.looseObject({
  metadata,
  spec: z.looseObject({ containers: z.array(z.unknown()), serviceAccountName: z.string().nullish() }),
});
const manifest = z.union([
  pod.transform((found) => ({ namespace: null, found })),
  z
    .looseObject({ metadata, spec: z.looseObject({ template: pod }) })
    .transform((of) => ({ namespace: of.metadata?.namespace ?? null, found: of.spec.template })),
  z
    .looseObject({
      metadata,
      spec: z.looseObject({ jobTemplate: z.looseObject({ spec: z.looseObject({ template: pod }) }) }),
    })
    .transform((of) => ({
      namespace: of.metadata?.namespace ?? null,
      found: of.spec.jobTemplate.spec.template,
    })),
]);

/**
 * The workload of a manifest, as a sidecar in its pod would know it. A pod from a template has no name yet.
 * @throws UsageError
 */
export function workloadIn(text: string, path: string): Workload {
  const yaml = readYaml(text, { source: path, lines: 0, columns: 0 });
  const read = manifest.safeParse('value' in yaml ? yaml.value : null);
  if (!read.success)
    throw new UsageError(
      `--workload ${JSON.stringify(path)}: expected one manifest of a Pod, or of a workload with spec.template`,
    );
  const { namespace, found } = read.data;
  const labels = Object.entries(found.metadata?.labels ?? {});
  return {
    ...UNKNOWN_WORKLOAD,
    namespace: found.metadata?.namespace ?? namespace,
    name: found.metadata?.name ?? null,
    // As the API server sets it.
    serviceAccount: found.spec.serviceAccountName ?? 'default',
    labels: labels.length === 0 ? null : new Map(labels),
  };
}

/** What commands say where conditions ask for what it was not given; null if they do not. */
export function unknownWorkload({ action }: CompletePolicy, workload: Workload): string | null {
  const rules = [
    ...action.tools.flatMap(({ tools }) => tools),
    ...action.mcp.flatMap((server) => server.tools.allOf.flat()),
  ];
  return workload === UNKNOWN_WORKLOAD &&
    rules.some(({ when = '', arguments: asked = '' }) => /\bworkload\b/.test(`${when} ${asked}`))
    ? 'warning: conditions of the policy ask for workload, which is not known here, so that none of them holds; --workload FILE gives it\n'
    : null;
}
