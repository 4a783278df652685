import { z } from 'zod';

/** Value of the status annotation: the decision and its reason. For people and dashboards; never proof of injection. */
const status = z.object({
  version: z.string(),
  policy: z.string(),
  policyHash: z.string(),
  mode: z.enum(['observe', 'enforce']).nullable(),
  capture: z.enum(['redirect', 'takeover']),
  reason: z.string(),
  modelContainer: z.string(),
  ports: z.array(z.number()),
  /** Name of the takeover adapter; null under redirect, and if no listener was moved. */
  adapter: z.string().nullable(),
  /**
   * What capture leaves to NetworkPolicies: `outbound` (a container can dial out past the sidecar), and ports of the pod that are reachable
   * past it, and `between-pods`, those between the pods of one model. Absent in pods of earlier versions.
   */
  open: z.array(z.string()).default([]),
});

export type Status = z.infer<typeof status>;

/** Null: absent or not ours. Written by the pod's author, so it may influence harmless choices only. */
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
