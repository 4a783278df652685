import { z } from 'zod';

/** Value of the status annotation: what was decided and why. For people and dashboards; never proof of injection. */
const status = z.object({
  version: z.string(),
  policy: z.string(),
  policyHash: z.string(),
  mode: z.enum(['observe', 'enforce']).nullable(),
  capture: z.enum(['redirect', 'takeover']),
  reason: z.string(),
  modelContainer: z.string(),
  ports: z.array(z.number()),
  /** Name of the takeover adapter; null under redirect and where there was nothing to move. */
  adapter: z.string().nullable(),
});

export type Status = z.infer<typeof status>;

/** Null: absent or not ours. Comes from the pod's author, so only harmless choices may rest on it. */
export function parseStatus(value: string | undefined): Status | null {
  if (value === undefined) return null;
  try {
    return status.parse(JSON.parse(value));
  } catch {
    return null;
  }
}

export function statusText(value: Status): string {
  return JSON.stringify(value);
}
