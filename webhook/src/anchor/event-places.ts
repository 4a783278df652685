import { Allowance, Allowances } from './allowance.ts';
import type { PodIdentity } from './registry.ts';

const OF_POD = { places: 5, everyMs: 300_000 };
const OF_NAMESPACE = { places: 10, everyMs: 60_000 };
const OF_ALL = { places: 60, everyMs: 1_000 };
/** Pods and namespaces that are remembered. */
const MAX_REMEMBERED = 10_000;

/** How many new Events of one kind may be written: each takes a place of its pod and of its namespace, and then one of the cluster. */
export class EventPlaces {
  readonly #pods: Allowances;
  readonly #namespaces: Allowances;
  /** Of the cluster. */
  readonly shared: Allowance;

  constructor(nowMs: number) {
    const allowances = ({ places, everyMs }: typeof OF_POD): Allowances =>
      new Allowances(MAX_REMEMBERED, (sinceMs) => new Allowance(places, everyMs, sinceMs));
    this.#pods = allowances(OF_POD);
    this.#namespaces = allowances(OF_NAMESPACE);
    this.shared = new Allowance(OF_ALL.places, OF_ALL.everyMs, nowMs);
  }

  /** False: there is none, and none was taken. */
  take(pod: PodIdentity, nowMs: number): boolean {
    if (!this.shared.has(nowMs) || !this.takeOwn(pod, nowMs)) return false;
    this.shared.take();
    return true;
  }

  /** As `take`, without a place of the cluster. */
  takeOwn({ uid, namespace }: PodIdentity, nowMs: number): boolean {
    const places = [this.#pods.of(uid, nowMs), this.#namespaces.of(namespace, nowMs)];
    if (!places.every((place) => place.has(nowMs))) return false;
    for (const place of places) place.take();
    return true;
  }
}
