import type { Rest } from './rest.ts';

export interface EventSubject {
  readonly kind: 'ConfigMap' | 'Pod';
  readonly namespace: string;
  readonly name: string;
  /** Reporting component. Default: the webhook. */
  readonly component?: string;
}

/** Writes an Event about an object. @throws KubeError */
export async function writeEvent(
  rest: Rest,
  { kind, namespace, name, component = 'llm-boundary-webhook' }: EventSubject,
  reason: string,
  message: string,
  nowMs: number,
): Promise<void> {
  const time = new Date(nowMs).toISOString();
  await rest.send({
    method: 'POST',
    path: `/api/v1/namespaces/${namespace}/events`,
    body: {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { generateName: `${name.slice(0, 200)}.`, namespace },
      involvedObject: { apiVersion: 'v1', kind, namespace, name },
      type: 'Warning',
      reason,
      message: message.slice(0, 1000),
      source: { component },
      firstTimestamp: time,
      lastTimestamp: time,
      count: 1,
    },
  });
}
