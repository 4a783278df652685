import type { Container, Pod, Resources } from './pod.ts';

const NAMES = ['cpu', 'memory'] as const;

/** Requests default to limits in the API, so a container with equal or only limits counts. */
const isGuaranteedContainer = ({ resources }: Container): boolean =>
  NAMES.every((name) => {
    const limit = resources?.limits?.[name];
    const request = resources?.requests?.[name] ?? limit;
    return limit !== undefined && String(limit) === String(request);
  });

/** True where every container of the pod has CPU and memory limits equal to its requests (quality of service "Guaranteed"). */
export const isGuaranteed = (pod: Pod): boolean =>
  [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].every(isGuaranteedContainer);

/** A container of ours must not cost a Guaranteed pod its class. */
export const resourcesFor = (wanted: Resources, guaranteed: boolean): Resources =>
  guaranteed
    ? { limits: wanted.limits, requests: wanted.limits }
    : { limits: wanted.limits, requests: wanted.requests };
