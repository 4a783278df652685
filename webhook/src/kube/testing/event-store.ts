/** An Event of events.k8s.io/v1, as far as it is looked at. */
export interface StoredEvent {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly eventTime: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly action: string;
  readonly reason: string;
  readonly note: string;
  readonly type: string;
  readonly regarding: { readonly namespace: string; readonly name: string; readonly uid: string };
  readonly series?: { readonly count: number; readonly lastObservedTime: string };
}

const PATH = /^\/apis\/events\.k8s\.io\/v1\/namespaces\/([^/]+)\/events(?:\/([^/]+))?$/;
const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

/** Events as an API server takes them: `ValidateEventCreate` and `ValidateEventUpdate` of Kubernetes, for what is written here. */
export class EventStore {
  readonly events = new Map<string, StoredEvent>();
  requests = 0;
  /** Answers every request with this status; null: as it should be. */
  fails: number | null = null;

  /** Null: not about Events. */
  answer(
    method: string,
    path: string,
    body: unknown,
    type: string,
  ): { status: number; body: unknown } | null {
    const [, namespace, name] = PATH.exec(path) ?? [];
    if (namespace === undefined) return null;
    this.requests += 1;
    if (this.fails !== null) return { status: this.fails, body: {} };
    if (method === 'POST' && name === undefined) return this.#create(namespace, body as StoredEvent);
    if (method === 'PATCH' && name !== undefined && type === 'application/merge-patch+json')
      return this.#patch(`${namespace}/${name}`, body as Partial<StoredEvent>);
    return { status: 405, body: {} };
  }

  #create(namespace: string, event: StoredEvent): { status: number; body: unknown } {
    const key = `${namespace}/${event.metadata.name}`;
    const isValid =
      event.metadata.namespace === namespace &&
      event.regarding.namespace === namespace &&
      NAME.test(event.metadata.name) &&
      event.metadata.name.length <= 253 &&
      MICRO_TIME.test(event.eventTime) &&
      /^[a-z0-9.-]+\/[\w.-]{1,63}$/.test(event.reportingController) &&
      [event.reportingInstance, event.action, event.reason].every(
        (text) => text.length > 0 && text.length <= 128,
      ) &&
      Buffer.byteLength(event.note) <= 1024 &&
      ['Normal', 'Warning'].includes(event.type) &&
      hasSeries(event);
    if (!isValid) return { status: 422, body: {} };
    if (this.events.has(key)) return { status: 409, body: {} };
    this.events.set(key, event);
    return { status: 201, body: event };
  }

  #patch(key: string, patch: Partial<StoredEvent>): { status: number; body: unknown } {
    const known = this.events.get(key);
    if (known === undefined) return { status: 404, body: {} };
    if (Object.keys(patch).some((member) => member !== 'series') || !hasSeries(patch))
      return { status: 422, body: {} };
    this.events.set(key, { ...known, ...patch });
    return { status: 200, body: {} };
  }
}

function hasSeries({ series }: Partial<StoredEvent>): boolean {
  return series === undefined || (series.count >= 2 && MICRO_TIME.test(series.lastObservedTime));
}
