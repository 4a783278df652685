import { CONDITION_NAMES } from '@llm-boundary/sidecar/conditions';
import { z } from 'zod';

import { PORTS } from '../inject/index.ts';
import { rightText } from './rights.ts';
import { statusOf } from './status.ts';

/** Newer sidecars may have further reasons; each is printed. */
const reason = z.string().regex(/^[a-z_]{1,40}$/);
const count = z.int().nonnegative();
const times = z.array(z.object({ reason, exchanges: count, firstMs: count, lastMs: count })).max(64);

const schema = z.object({
  v: z.literal(1),
  verdict: z.enum(['suffices', 'needed', 'unknown']),
  sinceMs: count,
  nowMs: count,
  exchanges: count,
  enough: z.object({ exchanges: count, ms: count }),
  conditions: z
    .array(
      z.object({
        condition: z.enum(CONDITION_NAMES),
        state: z.enum(['met', 'broken', 'unknown']),
        exchanges: count,
        sinceMs: count,
        breaks: times,
        blind: times,
      }),
    )
    .length(CONDITION_NAMES.length),
});

/** What a sidecar measured, as it was received. */
export type Measured = z.infer<typeof schema>;

/** A report, or why there is none. */
export type MeasuredOf =
  | { readonly kind: 'report'; readonly report: Measured }
  | { readonly kind: 'unavailable'; readonly problem: string };

/** `/conditions` of a sidecar, through the API server's proxy. */
export function conditionsPath(namespace: string, pod: string): string {
  return `/api/v1/namespaces/${namespace}/pods/${pod}:${PORTS.admin}/proxy/conditions`;
}

/** @param send gets the path as JSON; its error has the HTTP status as `status`. Never rejects. */
export async function askForConditions(
  { namespace, name }: { readonly namespace: string; readonly name: string },
  send: (path: string) => Promise<unknown>,
): Promise<MeasuredOf> {
  try {
    const parsed = schema.safeParse(await send(conditionsPath(namespace, name)));
    if (parsed.success) return { kind: 'report', report: parsed.data };
    return unavailable('the answer of its sidecar is not a report of the conditions');
  } catch (error) {
    const status = statusOf(error);
    if (status === 403)
      return unavailable(
        `its sidecar may not be asked: this account may not ${rightText({ verb: 'get', resource: 'pods/proxy', namespace })}; run posture with a kubeconfig that may`,
      );
    if (status === 404)
      return unavailable(
        'its sidecar has no page /conditions: recreate the pod, so that it gets a newer one',
      );
    return unavailable(`its sidecar did not answer: ${error instanceof Error ? error.message : 'no reason'}`);
  }
}

function unavailable(problem: string): MeasuredOf {
  return { kind: 'unavailable', problem };
}
