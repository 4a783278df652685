import { randomBytes } from 'node:crypto';

import type { EventWriter, PodEvent } from '../anchor/event-series.ts';
import { KubeError, type Rest } from './rest.ts';

/** Of `reportingController`: a qualified name. */
const CONTROLLER = 'llm-boundary.io/anchor';
const MAX_INSTANCE_CHARS = 128;

/** Events of events.k8s.io/v1 about pods. It never reads any: it needs the rights to create and to patch. */
export class PodEvents implements EventWriter {
  readonly #rest: Rest;
  readonly #instance: string;

  /** @param instance name of this process */
  constructor(rest: Rest, instance: string) {
    this.#rest = rest;
    this.#instance = instance.slice(0, MAX_INSTANCE_CHARS);
  }

  /** @throws KubeError */
  async create({ pod, reason, note, timeMs, count }: PodEvent): Promise<string> {
    const { namespace, name: podName, uid } = pod;
    const name = `${podName.slice(0, 200).replace(/[.-]+$/, '')}.${randomBytes(8).toString('hex')}`;
    await this.#rest.send({
      method: 'POST',
      path: `/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
      body: {
        apiVersion: 'events.k8s.io/v1',
        kind: 'Event',
        metadata: { name, namespace },
        eventTime: microTime(timeMs),
        reportingController: CONTROLLER,
        reportingInstance: this.#instance,
        action: 'Refuse',
        reason,
        regarding: { apiVersion: 'v1', kind: 'Pod', namespace, name: podName, uid },
        note,
        type: 'Warning',
        ...(count < 2 ? {} : { series: { count, lastObservedTime: microTime(timeMs) } }),
      },
    });
    return name;
  }

  /** @throws KubeError */
  async count(namespace: string, name: string, count: number, lastMs: number): Promise<boolean> {
    try {
      await this.#rest.send({
        method: 'PATCH',
        path: `/apis/events.k8s.io/v1/namespaces/${namespace}/events/${name}`,
        contentType: 'application/merge-patch+json',
        body: { series: { count, lastObservedTime: microTime(lastMs) } },
      });
      return true;
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return false;
      throw error;
    }
  }
}

/** A MicroTime has six digits of a second, no more and no less. */
function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
